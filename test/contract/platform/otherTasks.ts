import { describe, expect, test } from 'vitest'
import { PlatformError } from '../../../integrations/platform/index.ts'
import type { Place } from './place.ts'
import { image, labels, photo, seed } from './samples.ts'

/** What a platform promises of tasks whose images are not ours. */
export function describeOtherTasks(place: Place, unknownProject: string): void {
  const list = (...ids: readonly string[]) => place.platform.listOtherTasks(place.project, ids)
  const idsOf = async (...ids: readonly string[]) => (await list(...ids)).map(({ id }) => id)

  describe('tasks of other people', () => {
    test('are listed by their ids, ours are not among them', async () => {
      const other = await place.people.foreignImage(place.project, photo)
      const ours = await place.importOne(seed('avatars-s1-t0.7'))
      expect(await list(ours, other)).toEqual([{ id: other, image: expect.stringMatching(/./) }])
      expect(await list(ours)).toEqual([])
    })

    test('are listed in the order asked for, each once', async () => {
      const first = await place.people.foreignImage(place.project, photo)
      const second = await place.people.foreignImage(place.project, image)
      const third = await place.people.foreignImage(place.project, photo)
      expect(await idsOf(third, first, third)).toEqual([third, first])
      expect(await idsOf(second)).toEqual([second])
      expect(await idsOf()).toEqual([])
    })

    test('are left out where they are not there, not any more, or in another project', async () => {
      const other = await place.people.foreignImage(place.project, photo)
      const gone = await place.people.foreignImage(place.project, photo)
      const elsewhere = await place.people.foreignImage(await place.people.project(labels), photo)
      await place.people.removeTask(place.project, gone)
      expect(await idsOf('999999999', gone, elsewhere, other)).toEqual([other])
    })

    test('show images, which come as they were uploaded, byte by byte', async () => {
      for (const uploaded of [photo, image]) {
        const [task] = await list(await place.people.foreignImage(place.project, uploaded))
        if (task === undefined) throw new Error('the task is not there')
        expect(await place.platform.readImage(place.project, task)).toEqual(uploaded)
      }
    })

    test('are not read once nobody waits for them any more', async () => {
      const [task] = await list(await place.people.foreignImage(place.project, photo))
      if (task === undefined) throw new Error('the task is not there')
      const reason = new Error('nobody waits')
      const reading = place.platform.readImage(place.project, task, AbortSignal.abort(reason))
      await expect(reading).rejects.toBe(reason)
    })

    test('are none of a project that does not exist', async () => {
      await expect(place.platform.listOtherTasks(unknownProject, ['1'])).rejects.toThrow(PlatformError)
    })
  })
}
