import { beforeEach, describe, expect, test } from 'vitest'
import {
  type AnnotationPlatform,
  ImportUnsettledError,
  type NewTask,
  PlatformError,
  PlatformUnavailableError,
} from '../../../integrations/platform/index.ts'
import { type MemoryPlatform, openMemoryPlatform } from '../../../integrations/platform/memory.ts'
import { RemoteImageError } from '../../../integrations/remoteImages/index.ts'

const form = { parts: ['Background', 'Hair'], width: 2, height: 1 }
const labelMap = { width: 2, height: 1, data: Uint8Array.of(0, 1) }
const task: NewTask = { sample: 'avatars-s1-t0.7', kind: 'seed', image: new Uint8Array() }

let platform: MemoryPlatform
beforeEach(() => {
  platform = openMemoryPlatform()
  platform.addProject({ id: '1', labels: ['Hair'] })
})
const collect = async <Value>(values: AsyncIterable<Value>): Promise<Value[]> => {
  const all: Value[] = []
  for await (const value of values) all.push(value)
  return all
}

describe('accidents on the platform in memory', () => {
  test.each([
    ['unsettled-but-done', ImportUnsettledError, 1],
    ['unsettled-and-not-done', ImportUnsettledError, 0],
    ['unavailable', PlatformUnavailableError, 0],
    ['refused', PlatformError, 0],
  ] as const)('happen to the next import only: %s', async (failure, error, imported) => {
    platform.failNext(failure)
    await expect(platform.importTasks('1', form, [task])).rejects.toThrow(error)
    expect(platform.tasks('1')).toHaveLength(imported)
    await platform.importTasks('1', form, [{ ...task, sample: 'avatars-s2-t0.7' }])
    expect(platform.tasks('1')).toHaveLength(imported + 1)
  })

  const calls: [string, (platform: AnnotationPlatform) => Promise<unknown>][] = [
    ['readProject', (there) => there.readProject('1')],
    ['listTasks', (there) => collect(there.listTasks('1'))],
    ['listOtherTasks', (there) => there.listOtherTasks('1', ['1'])],
    ['readImage', (there) => there.readImage('1', { id: '1', image: 'memory:1' })],
    ['listAnnotations', (there) => collect(there.listAnnotations('1', form))],
    ['importTasks', (there) => there.importTasks('1', form, [task])],
    ['tasksPredicted', (there) => there.tasksPredicted('1', 'sixteen-v1')],
    ['addPredictions', (there) => there.addPredictions('1', form, [])],
    ['removePredictions', (there) => there.removePredictions('1', 'sixteen-v1')],
    ['show', (there) => there.show('1', 'sixteen-v1')],
    ['prepareViews', (there) => there.prepareViews('1')],
  ]
  test.each(calls)('make it unavailable to %s until they are over', async (_, call) => {
    platform.setUnavailable(true)
    await expect(call(platform)).rejects.toThrow(PlatformUnavailableError)
    platform.setUnavailable(false)
    await call(platform).catch((error: unknown) => expect(error).not.toBeInstanceOf(PlatformUnavailableError))
  })
})

describe('images on the platform in memory', () => {
  test('are those of tasks that have one', async () => {
    const id = platform.addForeignTask('1')
    expect(await platform.listOtherTasks('1', [id])).toEqual([])
    await expect(platform.readImage('1', { id, image: '' })).rejects.toThrow(RemoteImageError)
  })

  test('stay as they were given, whatever becomes of the bytes', async () => {
    const given = Uint8Array.of(1, 2, 3)
    const [task = { id: '', image: '' }] = await platform.listOtherTasks('1', [platform.addForeignTask('1', given)])
    given.fill(0)
    const read = await platform.readImage('1', task)
    read.fill(9)
    expect(await platform.readImage('1', task)).toEqual(Uint8Array.of(1, 2, 3))
  })
})

describe('people on the platform in memory', () => {
  test('paint anew what they painted, or passed over', async () => {
    await platform.importTasks('1', form, [task])
    const [{ id = '' } = {}] = platform.tasks('1')
    const annotation = platform.skip({ project: '1', task: id, at: '2030-01-01T00:00:00.000Z', seconds: 3 })
    platform.repaint(annotation, { labelMap })
    expect(await collect(platform.listAnnotations('1', form))).toEqual([
      {
        id: annotation,
        task: id,
        sample: 'avatars-s1-t0.7',
        taskKind: 'seed',
        by: undefined,
        createdAt: '2030-01-01T00:00:00.000Z',
        updatedAt: '2030-01-01T00:00:01.000Z',
        seconds: 3,
        painting: { kind: 'painted', labelMap, regions: { drawn: 1, changed: 0, untouched: 0 } },
      },
    ])
  })

  test('paint what stays theirs, whatever becomes of the bytes they gave', async () => {
    await platform.importTasks('1', form, [task])
    const [{ id = '' } = {}] = platform.tasks('1')
    const data = Uint8Array.of(0, 1)
    platform.annotate({ project: '1', task: id, labelMap: { ...labelMap, data } })
    data.fill(0)
    expect((await collect(platform.listAnnotations('1', form)))[0]?.painting).toMatchObject({ labelMap })
  })
})
