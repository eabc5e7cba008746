import { describe, expect, test } from 'vitest'
import { type NewTask, PlatformError } from '../../../integrations/platform/index.ts'
import type { Place } from './place.ts'
import { collect, face, form, generated, predicted, seed, wide } from './samples.ts'

/** What a platform promises of tasks and their import. */
export function describeTasks(place: Place): void {
  describe('tasks', () => {
    test('are listed with sample and kind after they were imported', async () => {
      await place.platform.importTasks(place.project, form, [
        seed('avatars-s7-t0.7'),
        generated('avatars-s3-t0.7', 'sixteen-v1'),
      ])
      const listed = await collect(place.platform.listTasks(place.project))
      expect(listed.map(({ sample, kind }) => ({ sample, kind }))).toEqual([
        { sample: 'avatars-s7-t0.7', kind: 'seed' },
        { sample: 'avatars-s3-t0.7', kind: 'generated' },
      ])
      expect(new Set(listed.map(({ id }) => id)).size).toBe(2)
    })

    test('of other people are left out', async () => {
      const foreign = await place.people.foreignTask(place.project)
      await place.importOne(seed('avatars-s1-t0.7'))
      const listed = await collect(place.platform.listTasks(place.project))
      expect(listed).toMatchObject([{ sample: 'avatars-s1-t0.7', kind: 'seed' }])
      expect(listed[0]?.id).not.toBe(foreign)
    })

    test('are listed to the last one, each once, however many there are', async () => {
      const samples = Array.from({ length: 5 * place.platform.importLimit }, (_, index) => `avatars-s${index}-t0.7`)
      for (let first = 0; first < samples.length; first += place.platform.importLimit) {
        await place.platform.importTasks(
          place.project,
          form,
          samples.slice(first, first + place.platform.importLimit).map(seed),
        )
      }
      const listed = await collect(place.platform.listTasks(place.project))
      expect(listed.map(({ sample }) => sample)).toEqual(samples)
    })

    test('that come and go while they are listed neither hide others nor show them twice', async () => {
      const samples = Array.from({ length: 5 * place.platform.importLimit }, (_, index) => `avatars-s${index}-t0.7`)
      for (let first = 0; first < samples.length; first += place.platform.importLimit) {
        await place.platform.importTasks(
          place.project,
          form,
          samples.slice(first, first + place.platform.importLimit).map(seed),
        )
      }
      const seen: (string | undefined)[] = []
      for await (const { id, sample } of place.platform.listTasks(place.project)) {
        seen.push(sample)
        if (seen.length === 3) await place.people.removeTask(place.project, id)
      }
      expect(seen).toEqual(samples)
    })

    test('can be left in the middle of the list', async () => {
      await place.platform.importTasks(place.project, form, [seed('avatars-s1-t0.7'), seed('avatars-s2-t0.7')])
      for await (const { sample } of place.platform.listTasks(place.project)) {
        expect(sample).toBe('avatars-s1-t0.7')
        break
      }
    })

    test('are none where nothing was imported', async () => {
      await place.platform.importTasks(place.project, form, [])
      expect(await collect(place.platform.listTasks(place.project))).toEqual([])
      expect(await place.annotations()).toEqual([])
      expect(await place.predictedTasks('sixteen-v1')).toEqual([])
    })

    test.each<[string, readonly NewTask[]]>([
      ['a sample twice', [seed('avatars-s1-t0.7'), seed('avatars-s1-t0.7')]],
      ['a score above 1', [seed('avatars-s1-t0.7'), generated('avatars-s2-t0.7', 'sixteen-v1', 1.01)]],
      [
        'a label map of another size',
        [
          seed('avatars-s1-t0.7'),
          { ...seed('avatars-s2-t0.7'), prediction: { ...predicted('sixteen-v1'), labelMap: wide } },
        ],
      ],
      [
        'a part that the form does not name',
        [
          seed('avatars-s1-t0.7'),
          {
            ...seed('avatars-s2-t0.7'),
            prediction: { ...predicted('sixteen-v1'), labelMap: { ...face, data: face.data.map(() => 3) } },
          },
        ],
      ],
    ])('are not imported, none of them, with %s', async (_, tasks) => {
      await expect(place.platform.importTasks(place.project, form, tasks)).rejects.toThrow(PlatformError)
      expect(await collect(place.platform.listTasks(place.project))).toEqual([])
    })

    test('are not imported above the limit', async () => {
      const tasks = Array.from({ length: place.platform.importLimit + 1 }, (_, index) => seed(`avatars-s${index}-t0.7`))
      await expect(place.platform.importTasks(place.project, form, tasks)).rejects.toThrow(PlatformError)
      expect(await collect(place.platform.listTasks(place.project))).toEqual([])
    })
  })
}
