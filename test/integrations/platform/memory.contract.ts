import { openMemoryPlatform } from '../../../integrations/platform/memory.ts'
import { describePlatform } from '../../contract/platform.ts'

describePlatform({
  name: 'memory',
  unknownProject: '999',
  open: async () => {
    const platform = openMemoryPlatform()
    let projects = 0
    return {
      platform,
      people: {
        project: async (labels) => {
          projects += 1
          platform.addProject({ id: String(projects), labels })
          return String(projects)
        },
        relabel: async (project, labels) => platform.setLabels(project, labels),
        foreignTask: async (project) => platform.addForeignTask(project),
        foreignImage: async (project, image) => platform.addForeignTask(project, image),
        paint: async (visit, labelMap, parts) => platform.annotate({ ...visit, labelMap, parts, by: '1' }),
        submitNothing: async (visit) => platform.leaveEmpty(visit),
        skip: async (visit) => platform.skip(visit),
        removeAnnotation: async (_, annotation) => platform.removeAnnotation(annotation),
        removeTask: async (project, task) => platform.removeTask(project, task),
      },
    }
  },
})
