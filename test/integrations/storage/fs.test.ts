import promises from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../integrations/storage/errors.ts'
import type { FileSystem } from '../../../integrations/storage/file-system.ts'
import { openFileStore } from '../../../integrations/storage/fs.ts'
import { collect } from '../../contract/store.ts'
import { emptyFolder } from './folder.ts'

const one = new TextEncoder().encode('one')
const two = new TextEncoder().encode('two')
const systemError = (code: string): Error => Object.assign(new Error(`${code}: made up`), { code })
const isText = async (path: string): Promise<string> => await promises.readFile(path, 'utf8')

type Step = 'open' | 'writeFile' | 'sync' | 'link' | 'rename' | 'mkdir'

/** The real file system, in which a step fails with a code as long as `broken` says so; a write fails halfway. */
const breakableFiles = (step: Step, code: string) => {
  const state = { broken: true }
  const fail = (name: Step): void => {
    if (state.broken && name === step) throw systemError(code)
  }
  const files: FileSystem = {
    ...promises,
    open: async (path, flags, mode) => {
      if (flags === 'wx') fail('open')
      const handle = await promises.open(path, flags, mode)
      const writeFile = handle.writeFile.bind(handle)
      const sync = handle.sync.bind(handle)
      handle.writeFile = async (data, options) => {
        if (state.broken && step === 'writeFile') await writeFile('o')
        fail('writeFile')
        await writeFile(data, options)
      }
      handle.sync = async () => {
        fail('sync')
        await sync()
      }
      return handle
    },
    mkdir: new Proxy(promises.mkdir, {
      apply: async (mkdir, _self, [path, options]) => {
        fail('mkdir')
        return await mkdir(path, options)
      },
    }),
    link: async (from, to) => {
      fail('link')
      await promises.link(from, to)
    },
    rename: async (from, to) => {
      fail('rename')
      await promises.rename(from, to)
    },
  }
  return { files, state }
}

test('an object larger than what is read at a time is told by the same etag, however it is looked at', async () => {
  const bytes = Uint8Array.from({ length: 700_001 }, (_, index) => index % 251)
  const store = await openFileStore(await emptyFolder())
  const etag = await store.create('large', bytes)
  expect(await store.head('large')).toEqual({ etag, size: bytes.length })
  expect((await store.get('large'))?.etag).toBe(etag)
  const next = await store.replace('large', bytes.subarray(1), etag)
  expect(await store.head('large')).toEqual({ etag: next, size: bytes.length - 1 })
})

describe('a disk that fails', () => {
  test.each<[Step, string, string]>([
    ['open', 'ENOSPC', 'the disk is full: free some space'],
    ['writeFile', 'ENOSPC', 'the disk is full: free some space'],
    ['writeFile', 'EDQUOT', 'share of the disk is used up'],
    ['sync', 'EIO', 'the disk reports a fault'],
    ['open', 'EACCES', 'the system does not allow it'],
    ['open', 'EROFS', 'the file system is read-only'],
    ['open', 'EMFILE', 'too many files are open'],
    ['link', 'EXDEV', 'another disk is mounted inside the store'],
    ['link', 'EOPNOTSUPP', 'no hard links'],
    ['link', 'ESTRANGE', 'ESTRANGE: made up'],
  ])('at %s with %s is named, and nothing is half-written', async (step, code, advice) => {
    const folder = await emptyFolder()
    const { files, state } = breakableFiles(step, code)
    state.broken = false
    const store = await openFileStore(folder, { files })
    const etag = await store.create('old', one)
    state.broken = true

    for (const [key, write] of [
      ['new', () => store.create('new', two)],
      ['old', () => store.replace('old', two, etag)],
    ] as const) {
      const error: unknown = await write().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(StorageError)
      expect(error).toMatchObject({ key, cause: { code } })
      expect(String(error)).toContain(`could not write ${key} in ${folder}: `)
      expect(String(error)).toContain(advice)
    }
    expect(await collect(store.list(''))).toEqual(['old'])
    expect(await store.get('old')).toEqual({ bytes: one, etag })
    expect(await promises.readdir(join(folder, '.store/temporary'))).toEqual([])

    state.broken = false
    await store.replace('old', two, etag)
    await store.create('new', two)
    expect(await isText(join(folder, 'old'))).toBe('two')
  })

  test('at the rename keeps the old object and frees the lock', async () => {
    const folder = await emptyFolder()
    const { files, state } = breakableFiles('rename', 'ENOSPC')
    const store = await openFileStore(folder, { files })
    const etag = await store.create('old', one)
    await expect(store.replace('old', two, etag)).rejects.toThrow('the disk is full')
    expect(await isText(join(folder, 'old'))).toBe('one')
    state.broken = false
    await store.replace('old', two, etag)
    expect(await isText(join(folder, 'old'))).toBe('two')
  })
})

describe('a folder that cannot be a store', () => {
  test('because it is a file is named', async () => {
    const path = join(await emptyFolder(), 'file')
    await promises.writeFile(path, 'x')
    await expect(openFileStore(path)).rejects.toThrow(`could not open the store in ${path}: a file stands where`)
    await expect(openFileStore(join(path, 'below'))).rejects.toThrow('a file stands where a folder is needed')
    await expect(openFileStore(path)).rejects.toMatchObject({ cause: { code: 'EEXIST' } })
  })

  test('because it may not be made is named', async () => {
    const folder = join(await emptyFolder(), 'new')
    const { files } = breakableFiles('mkdir', 'EACCES')
    await expect(openFileStore(folder, { files })).rejects.toThrow(
      'the system does not allow it: give this user the right',
    )
  })

  test('is no hindrance to reading: a store is read without writing anything', async () => {
    const folder = await emptyFolder()
    await promises.writeFile(join(folder, 'object'), 'one')
    const store = await openFileStore(folder)
    expect((await store.get('object'))?.bytes).toEqual(one)
    await expect(store.create('object', two)).rejects.toThrow('exists already')
    expect(await promises.readdir(folder)).toEqual(['object'])
  })
})

describe("files and folders in each other's place", () => {
  test('are refused with both names', async () => {
    const folder = await emptyFolder()
    const store = await openFileStore(folder)
    await store.create('a', one)
    await store.create('b/c', one)
    await expect(store.create('a/b', one)).rejects.toThrow(`${join(folder, 'a')} is a file where a/b needs a folder`)
    await expect(store.get('a/b')).rejects.toThrow(StorageError)
    await expect(store.get('b')).rejects.toThrow('b is a folder, not an object')
    await expect(store.remove('b')).rejects.toThrow('b is a folder, not an object')
    expect(await collect(store.list(''))).toEqual(['a', 'b/c'])
  })
})

describe('a symbolic link in the store', () => {
  const linked = async () => {
    const outside = await emptyFolder()
    await promises.writeFile(join(outside, 'secret'), 'secret')
    const folder = await emptyFolder()
    await promises.symlink(outside, join(folder, 'folder'))
    await promises.symlink(join(outside, 'secret'), join(folder, 'file'))
    await promises.symlink(join(outside, 'nothing'), join(folder, 'dangling'))
    await promises.symlink('loop', join(folder, 'loop'))
    return { outside, store: await openFileStore(folder) }
  }

  test.each(['folder/secret', 'folder/new', 'folder/deep/new', 'file', 'dangling', 'loop', 'loop/new', 'file/new'])(
    'is not followed to %s',
    async (key) => {
      const { outside, store } = await linked()
      for (const action of [
        () => store.get(key),
        () => store.head(key),
        () => store.create(key, two),
        () => store.replace(key, two, 'etag'),
        () => store.remove(key),
      ]) {
        await expect(action()).rejects.toThrow('is a symbolic link or a device, and the store follows none')
      }
      expect(await promises.readdir(outside)).toEqual(['secret'])
      expect(await isText(join(outside, 'secret'))).toBe('secret')
    },
  )

  test('is not listed', async () => {
    const { store } = await linked()
    expect(await collect(store.list(''))).toEqual([])
    expect(await collect(store.list('folder/'))).toEqual([])
  })

  test.each(['.store', '.store/lock', '.store/temporary'])('in place of %s sends nothing elsewhere', async (name) => {
    const outside = await emptyFolder()
    const folder = await emptyFolder()
    if (name !== '.store') await promises.mkdir(join(folder, '.store'))
    await promises.symlink(outside, join(folder, name))
    const store = await openFileStore(folder)
    const written = store.create('a', one).then((etag) => store.replace('a', two, etag))
    await expect(written).rejects.toThrow('is a symbolic link')
    expect(await promises.readdir(outside)).toEqual([])
  })

  test("may lead to the store's own folder", async () => {
    const folder = await emptyFolder()
    const link = join(await emptyFolder(), 'link')
    await promises.symlink(folder, link)
    await (await openFileStore(link)).create('a', one)
    expect(await isText(join(folder, 'a'))).toBe('one')
  })
})

describe('the folder of a store', () => {
  test('holds each object as the plain file of its key', async () => {
    const folder = await emptyFolder()
    const store = await openFileStore(folder)
    await store.create('projects/local-demo/project.json', one)
    expect(await isText(join(folder, 'projects/local-demo/project.json'))).toBe('one')
  })

  test('may hold other things, which are no keys', async () => {
    const folder = await emptyFolder()
    await promises.mkdir(join(folder, '.git'))
    for (const name of ['.git/config', 'README.MD', 'my notes.txt', '.DS_Store']) {
      await promises.writeFile(join(folder, name), 'x')
    }
    const store = await openFileStore(folder)
    await store.create('a', one)
    expect(await collect(store.list(''))).toEqual(['a'])
  })

  test('sees what a person changed by hand', async () => {
    const folder = await emptyFolder()
    const store = await openFileStore(folder)
    const etag = await store.create('a', one)
    await promises.writeFile(join(folder, 'a'), 'by hand')
    await expect(store.replace('a', two, etag)).rejects.toThrow('changed by another writer')
    expect(await isText(join(folder, 'a'))).toBe('by hand')
  })

  test('names content by its SHA-256', async () => {
    const store = await openFileStore(await emptyFolder())
    // NIST FIPS 180-2, appendix B.1: the message "abc".
    expect(await store.create('a', new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })

  test('may be opened twice in one process', async () => {
    const folder = await emptyFolder()
    const stores = [await openFileStore(folder), await openFileStore(folder)]
    const etag = await stores[0]?.create('a', one)
    const replacements = stores.map((store, index) => store.replace('a', new Uint8Array([index]), etag ?? ''))
    const outcomes = await Promise.allSettled(replacements)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
  })
})
