import { realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { mergeAtLevel, partonomyDepth } from '../functions/factory/partonomy.ts'
import { type DatasetSample, writeCoco, writeHuggingFace, writeMasks } from '../integrations/datasets/index.ts'
import { decodeLabelMap } from '../integrations/images/index.ts'
import { getJson, MissingError } from '../integrations/storage/index.ts'
import type { LabelMap } from '../schemas/labelMap.ts'
import type { LabelList } from '../schemas/labels.ts'
import type { RunVersion } from '../schemas/run.ts'
import { RunManifest } from '../schemas/runManifest.ts'
import { UsageError } from './errors.ts'
import type { ProjectFolder } from './projectFolder.ts'
import { writeWhole } from './writeWhole.ts'

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

/**
 * Writes a run's dataset as a folder.
 * @returns the number of images
 * @throws UsageError where the partonomy has no such level, or the folder is the project's own
 */
export async function exportRun({ folder, store, keys }: ProjectFolder, request: ExportRequest): Promise<number> {
  const run = keys.run(request.version)
  const manifest = (await getJson(store, run.manifest, RunManifest))?.value
  if (manifest === undefined) throw new MissingError(run.manifest)
  await keepProjectSafe(folder, request.folder)
  const { labelList, settings } = manifest
  const lines = manifest.lines.filter((line) => line.kept || request.dropped)
  if (request.level !== undefined) requireLevel(labelList, request.level)
  const merged = request.level === undefined ? undefined : mergeAtLevel(labelList, request.level)
  const labels: LabelList = { ...(merged?.labelList ?? labelList), truncation: settings.truncation }

  async function* samples(): AsyncGenerator<DatasetSample> {
    for (const line of lines) {
      const [image, labelMap] = await Promise.all([store.get(run.image(line.id)), store.get(run.labelMap(line.id))])
      if (image === undefined) throw new MissingError(run.image(line.id))
      if (labelMap === undefined) throw new MissingError(run.labelMap(line.id))
      yield { line, image: image.bytes, labelMap: relabel(decodeLabelMap(labelMap.bytes), merged?.mapping) }
    }
  }
  const write = { masks: writeMasks, coco: writeCoco, huggingface: writeHuggingFace }[request.format]
  return write(samples(), labels, request.folder, { overwrite: request.overwrite, signal: request.signal })
}

/** Puts the factory graph beside a dataset. */
export async function exportFactory(
  { store, keys }: ProjectFolder,
  version: RunVersion,
  folder: string,
): Promise<string> {
  const key = keys.run(version).factory
  const stored = await store.get(key)
  if (stored === undefined) throw new MissingError(key)
  const path = join(folder, 'factory.onnx')
  await writeWhole(path, stored.bytes)
  return path
}

/** @throws UsageError where the partonomy is not that deep */
export function requireLevel(labelList: LabelList, level: number): void {
  const depth = partonomyDepth(labelList)
  if (level > depth)
    throw new UsageError(
      `there is no level ${level}: the partonomy has ${depth === 1 ? 'one level' : `levels 1 to ${depth}`}`,
    )
}

/**
 * A dataset replaces its folder: it must not be one that holds the project, or is its store.
 * @throws UsageError
 */
export async function keepProjectSafe(project: string, target: string): Promise<void> {
  const [own, other] = [await realFolder(project), await realFolder(target)]
  const within = (inner: string, outer: string): boolean =>
    `${inner}${sep}`.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`)
  if (within(own, other) || within(other, join(own, 'store')))
    throw new UsageError(`${target} holds the project itself: choose another folder`)
}

/** The folder without symbolic links; what is not there yet is taken as named. */
async function realFolder(path: string): Promise<string> {
  const absolute = resolve(path)
  return realpath(absolute).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(absolute) === absolute) return absolute
    return join(await realFolder(dirname(absolute)), absolute.slice(dirname(absolute).length))
  })
}

function relabel(labelMap: LabelMap, mapping: Uint8Array | undefined): LabelMap {
  return mapping === undefined ? labelMap : { ...labelMap, data: labelMap.data.map((part) => mapping[part] ?? 0) }
}
