import { z } from 'zod'
import { ManifestLine } from './manifest.ts'
import { SchemaVersion } from './record.ts'
import { RunVersion } from './run.ts'

/** `runs/<version>/manifest.json`: every image of the run. Written last; where it is, the run's dataset is complete. */
export const RunManifest = z.object({
  schemaVersion: SchemaVersion,
  run: RunVersion,
  lines: z.array(ManifestLine),
})
export type RunManifest = z.infer<typeof RunManifest>
