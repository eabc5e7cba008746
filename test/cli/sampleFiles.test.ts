import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../cli/errors.ts'
import { openSampleFiles } from '../../cli/sampleFiles.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-samples-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const one = Uint8Array.of(1, 2, 3)
const other = Uint8Array.of(4, 5)

describe('files of samples', () => {
  test('are written into folders that are made for them', async () => {
    const files = await openSampleFiles({
      folder: join(folder, 'a/b'),
      grid: join(folder, 'c/d.png'),
      overwrite: false,
    })
    expect(await readdir(folder)).toEqual([])
    await files.prepare()
    await files.writeImage('avatars-s0-t0.7', one)
    await files.writeSheet(other)
    expect(await readdir(join(folder, 'a/b'))).toEqual(['avatars-s0-t0.7.png'])
    expect(new Uint8Array(await readFile(join(folder, 'a/b/avatars-s0-t0.7.png')))).toEqual(one)
    expect(await readdir(join(folder, 'c'))).toEqual(['d.png'])
    expect(new Uint8Array(await readFile(join(folder, 'c/d.png')))).toEqual(other)
  })

  test('go on where the same images are there already', async () => {
    for (let time = 0; time < 2; time++) {
      const files = await openSampleFiles({ folder, overwrite: false })
      await files.prepare()
      await files.writeImage('x', one)
    }
    expect(await readdir(folder)).toEqual(['x.png'])
  })

  test('are not replaced by others, unless that is asked for', async () => {
    await writeFile(join(folder, 'x.png'), one)
    const keep = await openSampleFiles({ folder, overwrite: false })
    await expect(keep.writeImage('x', other)).rejects.toThrow(UsageError)
    await expect(keep.writeImage('x', other)).rejects.toThrow('x.png holds another image')
    expect(new Uint8Array(await readFile(join(folder, 'x.png')))).toEqual(one)
    const replace = await openSampleFiles({ folder, overwrite: true })
    await replace.writeImage('x', other)
    expect(new Uint8Array(await readFile(join(folder, 'x.png')))).toEqual(other)
  })

  test('a sheet that is there is found before anything is made, and replaced where that is asked for', async () => {
    const grid = join(folder, 'sheet.png')
    await writeFile(grid, one)
    await expect(openSampleFiles({ grid, overwrite: false })).rejects.toThrow('replace it with --overwrite')
    const files = await openSampleFiles({ grid, overwrite: true })
    await files.prepare()
    await files.writeSheet(other)
    expect(new Uint8Array(await readFile(grid))).toEqual(other)
  })

  test('nothing is written where only the other is asked for', async () => {
    const files = await openSampleFiles({ grid: join(folder, 'sheet.png'), overwrite: false })
    await files.prepare()
    await files.writeImage('x', one)
    expect(await readdir(folder)).toEqual([])
  })

  test('what is asked for must be possible', async () => {
    await writeFile(join(folder, 'file'), one)
    await mkdir(join(folder, 'folder.png'))
    const refuse = (options: Partial<Parameters<typeof openSampleFiles>[0]>, message: string) =>
      expect(openSampleFiles({ overwrite: true, ...options })).rejects.toThrow(message)
    await refuse({}, 'say what to write: a sheet with --grid FILE.png')
    await refuse({ folder: join(folder, 'file') }, 'is a file: choose another folder with --out')
    await refuse({ grid: join(folder, 'sheet.jpg') }, 'give a name that ends in .png')
    await refuse({ grid: join(folder, 'sheet') }, 'give a name that ends in .png')
    await refuse({ grid: join(folder, 'folder.png') }, 'is a folder: choose another name with --grid')
  })
})
