import { beforeEach, describe, expect, test } from 'vitest'
import { NothingToShowError, PlatformError } from '../../../integrations/platform/index.ts'
import type { Place } from './place.ts'
import { blank, face, form, generated, predicted, seed, wide } from './samples.ts'

/** What a platform promises of predictions, and of the version that is shown. */
export function describePredictions(place: Place): void {
  describe('predictions', () => {
    test('are found by their exact version', async () => {
      await place.platform.importTasks(place.project, form, [
        generated('avatars-s1-t0.7', 'sixteen-v1'),
        generated('avatars-s2-t0.7', 'sixteen-v10'),
        generated('avatars-s3-t0.7', 'sixteen-v1'),
        seed('avatars-s4-t0.7'),
      ])
      const tasks = await place.tasksBySample()
      expect(await place.predictedTasks('sixteen-v1')).toEqual(
        [tasks.get('avatars-s1-t0.7'), tasks.get('avatars-s3-t0.7')].sort(),
      )
      expect(await place.predictedTasks('sixteen-v10')).toEqual([tasks.get('avatars-s2-t0.7')])
      expect(await place.predictedTasks('sixteen-v2')).toEqual([])
    })

    test('are added to tasks that are there, beside those of other versions', async () => {
      const first = await place.importOne(generated('avatars-s1-t0.7', 'sixteen-v1'))
      const second = await place.importOne(seed('avatars-s2-t0.7'))
      await place.platform.addPredictions(place.project, form, [
        { task: first, prediction: predicted('sixteen-v2', 0) },
        { task: second, prediction: predicted('sixteen-v2', 1) },
      ])
      expect(await place.predictedTasks('sixteen-v2')).toEqual([first, second].sort())
      expect(await place.predictedTasks('sixteen-v1')).toEqual([first])
    })

    test('that show nothing but background are taken, too', async () => {
      const task = await place.importOne({
        ...seed('avatars-s1-t0.7'),
        prediction: { ...predicted('sixteen-v1'), labelMap: blank },
      })
      expect(await place.predictedTasks('sixteen-v1')).toEqual([task])
    })

    test('are not added where they do not fit, or to a task that is not there', async () => {
      const task = await place.importOne(seed('avatars-s1-t0.7'))
      const wrong = { task, prediction: { ...predicted('sixteen-v1'), labelMap: wide } }
      await expect(place.platform.addPredictions(place.project, form, [wrong])).rejects.toThrow(PlatformError)
      const nowhere = { task: '999999999', prediction: predicted('sixteen-v1') }
      await expect(place.platform.addPredictions(place.project, form, [nowhere])).rejects.toThrow(PlatformError)
      expect(await place.predictedTasks('sixteen-v1')).toEqual([])
    })

    test('of one version are removed, and counted; annotations stay', async () => {
      const tasks = [generated('avatars-s1-t0.7', 'sixteen-v1'), generated('avatars-s2-t0.7', 'sixteen-v1')]
      await place.platform.importTasks(place.project, form, tasks)
      const first = (await place.tasksBySample()).get('avatars-s1-t0.7') ?? ''
      await place.platform.addPredictions(place.project, form, [{ task: first, prediction: predicted('sixteen-v2') }])
      await place.people.paint({ project: place.project, task: first }, face, form.parts)
      expect(await place.platform.removePredictions(place.project, 'sixteen-v1')).toBe(2)
      expect(await place.predictedTasks('sixteen-v1')).toEqual([])
      expect(await place.predictedTasks('sixteen-v2')).toEqual([first])
      expect(await place.paintings()).toMatchObject([{ kind: 'painted', labelMap: face }])
      expect(await place.platform.removePredictions(place.project, 'sixteen-v1')).toBe(0)
    })
  })

  describe('the version that is shown', () => {
    beforeEach(async () => {
      await place.platform.importTasks(place.project, form, [
        generated('avatars-s1-t0.7', 'sixteen-v1'),
        generated('avatars-s2-t0.7', 'sixteen-v2'),
      ])
    })

    test('is the one last told to be', async () => {
      for (const version of ['sixteen-v2', 'sixteen-v1', 'sixteen-v1', 'sixteen-v2'] as const) {
        await place.platform.show(place.project, version)
        expect(await place.shown()).toBe(version)
      }
    })

    test('cannot be one without predictions', async () => {
      await place.platform.show(place.project, 'sixteen-v1')
      await expect(place.platform.show(place.project, 'sixteen-v3')).rejects.toThrow(NothingToShowError)
      expect(await place.shown()).toBe('sixteen-v1')
    })

    test('stays when another one, or one that never was, is removed', async () => {
      await place.platform.show(place.project, 'sixteen-v2')
      await place.platform.removePredictions(place.project, 'sixteen-v1')
      expect(await place.shown()).toBe('sixteen-v2')
      await place.platform.removePredictions(place.project, 'sixteen-v9')
      expect(await place.shown()).toBe('sixteen-v2')
    })

    test('is none when it was removed', async () => {
      await place.platform.show(place.project, 'sixteen-v2')
      await place.platform.removePredictions(place.project, 'sixteen-v2')
      expect(await place.shown()).toBeUndefined()
    })
  })
}
