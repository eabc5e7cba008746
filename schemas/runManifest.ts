import { z } from 'zod'
import { LabelList } from './labels.ts'
import { ManifestLine } from './manifest.ts'
import { ProjectSettings } from './project.ts'
import { SchemaVersion } from './record.ts'
import { RunVersion } from './run.ts'

/**
 * `runs/<version>/manifest.json`: every image of the run. Written last; where it is, the run's dataset is complete. Label
 * list and settings are those that the run was made with: the project's may have changed since.
 */
export const RunManifest = z.object({
  schemaVersion: SchemaVersion,
  run: RunVersion,
  labelList: LabelList,
  settings: ProjectSettings,
  lines: z.array(ManifestLine),
})
export type RunManifest = z.infer<typeof RunManifest>
