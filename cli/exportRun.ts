import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DatasetSample, writeCoco, writeHuggingFace, writeMasks } from '../integrations/datasets/index.ts'
import { decodeLabelMap } from '../integrations/images/index.ts'
import { getJson, MissingError } from '../integrations/storage/index.ts'
import { mergeAtLevel } from '../functions/factory/partonomy.ts'
import { listRuns } from '../functions/local.ts'
import type { LabelList } from '../schemas/labels.ts'
import type { LabelMap } from '../schemas/labelMap.ts'
import type { RunVersion } from '../schemas/run.ts'
import { RunManifest } from '../schemas/runManifest.ts'
import { UsageError } from './errors.ts'
import { type ProjectFolder, requireProject } from './projectFolder.ts'

export const exportFormats = ['masks', 'coco', 'huggingface'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportRequest {
  readonly version: RunVersion
  readonly format: ExportFormat
  readonly folder: string
  /** Merges parts below this level of the partonomy. */
  readonly level?: number
  /** Exports the dropped images, too; only the manifest then tells them apart. */
  readonly dropped: boolean
  readonly overwrite: boolean
  readonly signal: AbortSignal
}

/** Writes a run's dataset as a folder. @returns the number of images */
export async function exportRun(project: ProjectFolder, request: ExportRequest): Promise<number> {
  const { store, keys } = project
  const { labelList, settings } = await requireProject(project)
  const run = keys.run(request.version)
  const manifest = await getJson(store, run.manifest, RunManifest)
  if (manifest === undefined) throw new MissingError(run.manifest)
  const lines = manifest.value.lines.filter((line) => line.kept || request.dropped)
  const merged = request.level === undefined ? undefined : mergeAtLevel(labelList, request.level)
  const labels: LabelList = { ...(merged?.labelList ?? labelList), truncation: settings.truncation }

  async function* samples(): AsyncGenerator<DatasetSample> {
    for (const line of lines) {
      const [image, labelMap] = await Promise.all([store.get(run.image(line.id)), store.get(run.labelMap(line.id))])
      if (image === undefined || labelMap === undefined) throw new MissingError(run.image(line.id))
      yield { line, image: image.bytes, labelMap: relabel(decodeLabelMap(labelMap.bytes), merged?.mapping) }
    }
  }
  const write = { masks: writeMasks, coco: writeCoco, huggingface: writeHuggingFace }[request.format]
  return write(samples(), labels, request.folder, { overwrite: request.overwrite, signal: request.signal })
}

/** Puts the factory graph beside a dataset. */
export async function exportFactory({ store, keys }: ProjectFolder, version: RunVersion, folder: string): Promise<string> {
  const key = keys.run(version).factory
  const stored = await store.get(key)
  if (stored === undefined) throw new MissingError(key)
  const path = join(folder, 'factory.onnx')
  await writeFile(path, stored.bytes)
  return path
}

/** The newest run whose dataset is complete. @throws UsageError where there is none */
export async function latestRun({ store, keys, folder }: ProjectFolder): Promise<RunVersion> {
  for (const run of (await listRuns(store, keys)).toReversed())
    if ((await store.head(keys.run(run.version).manifest)) !== undefined) return run.version
  throw new UsageError(`${folder} holds no generated dataset yet: make one with  sixteen generate ${folder}`)
}

function relabel(labelMap: LabelMap, mapping: Uint8Array | undefined): LabelMap {
  return mapping === undefined ? labelMap : { ...labelMap, data: labelMap.data.map((part) => mapping[part] ?? 0) }
}
