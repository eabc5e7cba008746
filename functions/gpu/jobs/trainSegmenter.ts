import { encodeJson, getJson, MissingError, type Store } from '../../../integrations/storage/index.ts'
import type { RunKeys } from '../../../integrations/storage/keys.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import {
  type PretrainedRecord,
  type SegmenterOptions,
  SegmenterRecord,
  type SegmenterWish,
} from '../../../schemas/segmenter.ts'
import { sha256Of } from '../../../schemas/sha256.ts'
import { fitSegmenter, type SegmenterFit } from '../segmenter/fitSegmenter.ts'
import { imageChanges } from '../segmenter/imageChanges.ts'
import { initialDeepLab } from '../segmenter/initialWeights.ts'
import { readPretrained } from '../segmenter/pretrained.ts'
import { type SegmenterNetwork, segmenterNetwork } from '../segmenter/segmenter.ts'
import { encodeSegmenter } from '../segmenter/segmenterFile.ts'
import { segmenterGraph } from '../segmenter/segmenterGraph.ts'
import { checkpointHook, dropCheckpoint, readCheckpoint } from './checkpoints.ts'
import type { JobContext } from './context.ts'
import { readLabelledImages, splitDataset } from './segmenterData.ts'
import { segmenterOptions } from './segmenterOptions.ts'
import { write } from './writing.ts'

/** Everything but the manifest that a segmenter is made from. */
export interface SegmenterRequest {
  readonly wish?: SegmenterWish
  readonly pretrained?: { readonly source: string; readonly bytes: Uint8Array } | undefined
}

/**
 * Trains a segmenter on a run's kept images; leaves `segmenter.safetensors`, `segmenter.onnx` and, last, `segmenter.json`.
 * One that is there and was made from the same is kept, another is replaced.
 * @param now milliseconds
 * @returns the record, and whether there was anything to do
 * @throws JobError, MissingError where there is no dataset; PretrainedError; TrainingError; the signal's reason
 */
export async function trainSegmenter(
  context: JobContext,
  { wish, pretrained }: SegmenterRequest,
  now: () => number,
): Promise<{ readonly record: SegmenterRecord; readonly worked: boolean }> {
  const { store, run, engine, signal, onProgress } = context
  const manifest = (await getJson(store, run.manifest, RunManifest))?.value
  if (manifest === undefined) throw new MissingError(run.manifest)
  const options = segmenterOptions(manifest.settings, wish, pretrained !== undefined)
  const inputs = inputsOf(manifest, options, pretrained?.bytes)
  const there = (await getJson(store, run.segmenterRecord, SegmenterRecord))?.value
  if (there?.inputs === inputs && (await isWhole(store, run))) return { record: there, worked: false }
  const parts = manifest.labelList.parts
  const size = { width: options.width, height: options.height }
  const network = segmenterNetwork({ ...options, size, classes: parts.length })
  const start = startOf(network, options, pretrained)
  const split = splitDataset(manifest, { ...options, size })
  const total = split.training.length + split.heldOut.length
  const read = { images: 0 }
  const onImage = (count: number): void => {
    read.images += count
    onProgress?.({ phase: 'segment', task: 'reading images', done: read.images, total, unit: 'images' })
  }
  const reading = { size, parts: parts.length }
  const fit = await fitSegmenter(
    engine,
    {
      network,
      heldOut: await readLabelledImages(context, split.heldOut, reading, onImage),
      data: await readLabelledImages(context, split.training, reading, onImage),
      start: start.tensors,
      augment: options.augment ? imageChanges(options.seed) : undefined,
    },
    options,
    {
      ...progressHooks(onProgress),
      onCheckpoint: checkpointHook(context, 'segmenter', now, inputs),
      ...(signal === undefined ? {} : { signal }),
    },
    await readCheckpoint(context, 'segmenter', inputs),
  )
  const record: SegmenterRecord = {
    schemaVersion: 1,
    run: context.version,
    options,
    inputs,
    parts,
    images: { training: split.training.length, heldOut: split.heldOut.length },
    pretrained: start.record,
    history: fit.history.map((point) => ({ ...point })),
    heldOut: heldOutOf(fit, parts),
  }
  await writeSegmenter(context, fit, record)
  await dropCheckpoint(context, 'segmenter')
  return { record, worked: true }
}

/** Names what a segmenter is made from: the same name, the same bytes. */
function inputsOf(manifest: RunManifest, options: SegmenterOptions, pretrained: Uint8Array | undefined): string {
  const kept = manifest.lines.filter((line) => line.kept).map(({ id }) => id)
  const weights = pretrained === undefined ? null : sha256Of(pretrained)
  return sha256Of(JSON.stringify([options, manifest.labelList, kept, weights]))
}

async function isWhole(store: Store, run: RunKeys): Promise<boolean> {
  const heads = await Promise.all([store.head(run.segmenter), store.head(run.segmenterGraph)])
  return heads.every((head) => head !== undefined)
}

function startOf(network: SegmenterNetwork, { seed }: SegmenterOptions, given: SegmenterRequest['pretrained']) {
  const initial = initialDeepLab(network, seed)
  if (given === undefined) return { tensors: initial, record: null }
  const { tensors, kind, untrained, leftOver } = readPretrained(network, given.bytes)
  const record: PretrainedRecord = {
    source: given.source,
    sha256: sha256Of(given.bytes),
    kind,
    loaded: tensors.size,
    untrained: [...untrained],
    leftOver: [...leftOver],
  }
  return { tensors: new Map([...initial, ...tensors]), record }
}

function progressHooks(onProgress: JobContext['onProgress']) {
  const task = 'training the segmenter'
  const last: { loss?: number } = {}
  const tell = (done: number, total: number): void =>
    onProgress?.({ phase: 'segment', task, done, total, unit: 'steps', ...last })
  return {
    onSteps: tell,
    onProgress: ({ step, heldOutLoss }: { readonly step: number; readonly heldOutLoss: number }, steps: number) => {
      last.loss = heldOutLoss
      tell(step, steps)
    },
  }
}

function heldOutOf({ heldOut }: SegmenterFit, parts: SegmenterRecord['parts']): SegmenterRecord['heldOut'] {
  const { loss, miou } = heldOut
  return { loss, miou, parts: parts.map(({ id, name }) => ({ id, name, iou: heldOut.parts[id] ?? null })) }
}

async function writeSegmenter(
  { store, run, version }: JobContext,
  { segmenter }: SegmenterFit,
  record: SegmenterRecord,
): Promise<void> {
  // While files of two trainings lie beside each other, no record says that they are whole.
  await store.remove(run.segmenterRecord)
  await write(store, run.segmenter, encodeSegmenter(segmenter, { version }))
  await write(store, run.segmenterGraph, segmenterGraph(segmenter, { version, parts: record.parts }).bytes)
  await write(store, run.segmenterRecord, encodeJson(run.segmenterRecord, SegmenterRecord, record))
}
