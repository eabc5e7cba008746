import { describe, expect, test } from 'vitest'
import type { PlatformAnnotation } from '../../../integrations/platform/index.ts'
import type { Place } from './place.ts'
import { face, form, generated, seed, wide } from './samples.ts'

/** What a platform promises of annotations. */
export function describeAnnotations(place: Place): void {
  describe('annotations', () => {
    test('give back every pixel, with who painted it, when, and how long', async () => {
      const task = await place.importOne(seed('avatars-s1-t0.7'))
      const id = await place.people.paint({ project: place.project, task, seconds: 12.5 }, face, form.parts)
      const [annotation, ...others] = await place.annotations()
      expect(others).toEqual([])
      expect(annotation).toMatchObject({ id, task, sample: 'avatars-s1-t0.7', taskKind: 'seed', seconds: 12.5 })
      expect(annotation?.by).toMatch(/^[^@\s]+$/)
      for (const moment of [annotation?.createdAt, annotation?.updatedAt] as const) {
        expect(new Date(moment ?? '').toISOString()).toBe(moment)
      }
      expect(annotation?.painting).toMatchObject({ kind: 'painted', labelMap: face })
    })

    test('say what they were imported as', async () => {
      const task = await place.importOne(generated('avatars-s1-t0.7', 'sixteen-v1'))
      await place.people.paint({ project: place.project, task }, face, form.parts)
      expect(await place.annotations()).toMatchObject([{ taskKind: 'generated' }])
    })

    test('are painted, empty or skipped; skipped ones whatever was on the screen', async () => {
      const [first, second, third] = [
        await place.importOne(seed('avatars-s1-t0.7')),
        await place.importOne(seed('avatars-s2-t0.7')),
        await place.importOne(seed('avatars-s3-t0.7')),
      ]
      await place.people.paint({ project: place.project, task: first }, face, form.parts)
      await place.people.submitNothing({ project: place.project, task: second })
      await place.people.skip({ project: place.project, task: third }, face, form.parts)
      const kinds = new Map((await place.annotations()).map(({ sample, painting }) => [sample, painting.kind]))
      expect(kinds).toEqual(
        new Map([
          ['avatars-s1-t0.7', 'painted'],
          ['avatars-s2-t0.7', 'empty'],
          ['avatars-s3-t0.7', 'skipped'],
        ]),
      )
    })

    test('of one task are all there', async () => {
      const task = await place.importOne(seed('avatars-s1-t0.7'))
      const first = await place.people.paint({ project: place.project, task }, face, form.parts)
      const second = await place.people.skip({ project: place.project, task }, face, form.parts)
      const third = await place.people.paint({ project: place.project, task }, face, form.parts)
      expect((await place.annotations()).map(({ id }) => id).sort()).toEqual([first, second, third].sort())
    })

    test('of many tasks are all there, each once', async () => {
      const samples = Array.from({ length: 12 }, (_, index) => `avatars-s${index}-t0.7`)
      await place.platform.importTasks(place.project, form, samples.map(seed))
      for (const task of (await place.tasksBySample()).values())
        await place.people.submitNothing({ project: place.project, task })
      const listed: PlatformAnnotation[] = await place.annotations()
      expect(listed.map(({ sample }) => sample).sort()).toEqual(samples.sort())
    })

    test('of images that are not ours are left out', async () => {
      const foreign = await place.people.foreignTask(place.project)
      await place.people.paint({ project: place.project, task: foreign }, face, form.parts)
      expect(await place.annotations()).toEqual([])
    })

    test('are gone when they were deleted, or their task', async () => {
      const [first, second] = [
        await place.importOne(seed('avatars-s1-t0.7')),
        await place.importOne(seed('avatars-s2-t0.7')),
      ]
      const removed = await place.people.paint({ project: place.project, task: first }, face, form.parts)
      await place.people.paint({ project: place.project, task: second }, face, form.parts)
      await place.people.removeAnnotation(place.project, removed)
      expect((await place.annotations()).map(({ task }) => task)).toEqual([second])
      await place.people.removeTask(place.project, second)
      expect(await place.annotations()).toEqual([])
    })

    test('of another size than wanted are unusable, and say which', async () => {
      const task = await place.importOne(seed('avatars-s1-t0.7'))
      await place.people.paint({ project: place.project, task }, wide, form.parts)
      const [painting] = await place.paintings()
      expect(painting).toMatchObject({ kind: 'unusable', reason: expect.stringContaining('4') })
      expect(painting).toMatchObject({ reason: expect.stringContaining('8') })
    })

    test('follow the ids of the form, not the order of the labels', async () => {
      const task = await place.importOne(seed('avatars-s1-t0.7'))
      await place.people.paint({ project: place.project, task }, face, form.parts)
      const swapped = { ...form, parts: ['Background', 'Eye & brow', 'Hair'] }
      const data = face.data.map((id) => (id === 0 ? 0 : 3 - id))
      expect(await place.paintings(swapped)).toMatchObject([{ kind: 'painted', labelMap: { ...face, data } }])
    })

    test('with a label that the form does not know are unusable, unless it has another name there', async () => {
      const task = await place.importOne(seed('avatars-s1-t0.7'))
      await place.people.paint({ project: place.project, task }, face, form.parts)
      const renamed = { ...form, parts: ['Background', 'Hair', 'Eye'] }
      expect(await place.paintings(renamed)).toMatchObject([
        { kind: 'unusable', reason: expect.stringContaining('Eye & brow') },
      ])
      const aliased = { ...renamed, aliases: { 'Eye & brow': 'Eye' } }
      expect(await place.paintings(aliased)).toMatchObject([{ kind: 'painted', labelMap: face }])
    })
  })
}
