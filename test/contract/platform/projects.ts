import { describe, expect, test } from 'vitest'
import { PlatformError } from '../../../integrations/platform/index.ts'
import type { Place } from './place.ts'
import { collect, form, labels, seed } from './samples.ts'

/** What a platform promises of projects. */
export function describeProjects(place: Place, unknownProject: string): void {
  describe('projects', () => {
    test('have labels in the order of their configuration, an address, and nothing to complain of', async () => {
      const read = await place.platform.readProject(place.project)
      expect(read).toMatchObject({ id: place.project, labels, shown: undefined })
      expect(read.title.length).toBeGreaterThan(2)
      expect(read.address).toContain(place.project)
      expect(read.notices.filter(({ level }) => level === 'error')).toEqual([])
    })

    test('are read anew when their labels change', async () => {
      const more = [...labels, { name: 'Nose', color: '#0000cc' }]
      await place.people.relabel(place.project, more)
      expect((await place.platform.readProject(place.project)).labels).toEqual(more)
    })

    test('that do not exist are an error everywhere', async () => {
      const none = unknownProject
      await expect(place.platform.readProject(none)).rejects.toThrow(PlatformError)
      await expect(collect(place.platform.listTasks(none))).rejects.toThrow(PlatformError)
      await expect(collect(place.platform.listAnnotations(none, form))).rejects.toThrow(PlatformError)
      await expect(place.platform.importTasks(none, form, [seed('a-s1-t1')])).rejects.toThrow(PlatformError)
      await expect(place.platform.tasksPredicted(none, 'sixteen-v1')).rejects.toThrow(PlatformError)
      await expect(place.platform.removePredictions(none, 'sixteen-v1')).rejects.toThrow(PlatformError)
      await expect(place.platform.show(none, 'sixteen-v1')).rejects.toThrow(PlatformError)
      await expect(place.platform.prepareViews(none)).rejects.toThrow(PlatformError)
    })

    test('take their views any number of times', async () => {
      await place.platform.prepareViews(place.project)
      await place.platform.prepareViews(place.project)
    })
  })
}
