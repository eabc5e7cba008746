import { maximumShards, Platform } from '../../schemas/project.ts'
import { type PhaseName, RunVersion } from '../../schemas/run.ts'
import { InvalidKeyError } from './errors.ts'
import { checkKey, keySteps } from './key.ts'

/** Keys of one run. Those that end in `/` are prefixes to list. */
export interface RunKeys {
  root: string
  run: string
  interpreter: string
  student: string
  factory: string
  /** How far the run is. */
  progress: string
  /** State of a training that is under way, to resume from. */
  checkpoint(training: PhaseName | 'segmenter'): string
  shards: string
  /** @param index counted from 0; written with five digits, so that the order of the keys is that of the shards */
  shard(index: number): string
  images: string
  image(sample: string): string
  labels: string
  labelMap(sample: string): string
  /** Written last: where it is, the run's dataset is complete. */
  manifest: string
  evaluation: string
  report: string
  /** What the run makes of the painted seeds: lines like a shard's. */
  seedPredictions: string
  /** Weights of the model that labels real images, trained on the run's dataset. */
  segmenter: string
  /** The same as an ONNX file, from images to label maps. */
  segmenterGraph: string
  /** Written last: where it is, the segmenter is whole. */
  segmenterRecord: string
}

/** Keys of one project. Those that end in `/` are prefixes to list. */
export interface ProjectKeys {
  root: string
  project: string
  /** What the last look at the annotation platform found, and what comes next. */
  state: string
  /** Which version's predictions are shown. */
  serving: string
  /** Which samples are to be painted. */
  seeds: string
  /** That a person asked for a run. */
  trainRequest: string
  predictionRequests: string
  /** That a task's image, which is not ours, is to be labelled. */
  predictionRequest(task: string): string
  /** Who may publish to the annotation platform at present. */
  publisher: string
  drafts: string
  /** First mask of a seed sample, by another model. */
  draft(sample: string): string
  samples: string
  sample(id: string): string
  sampleImage(id: string): string
  annotations: string
  annotation(sample: string): string
  /** The label map that was painted. */
  annotationLabels(sample: string): string
  runs: string
  run(version: RunVersion): RunKeys
}

const one = (id: string): string => {
  if (keySteps(id).length > 1) throw new InvalidKeyError(`${JSON.stringify(id)} is no id: an id is one step of a key`)
  return id
}

/** What imported generators' keys begin with. */
export const generatorsRoot = 'generators/'

/** Key of an imported generator's record: where it is, the weights are whole. */
export const generatorRecordKey = (name: string): string => checkKey(`generators/${one(name)}/generator.json`)

/** Key of an imported generator's weights, shared by all projects. */
export const generatorWeightsKey = (name: string): string => checkKey(`generators/${one(name)}/weights.safetensors`)

const shardName = (index: number): string => {
  if (!Number.isInteger(index) || index < 0 || index >= maximumShards) {
    throw new InvalidKeyError(`${index} is no shard: shards count from 0 to ${maximumShards - 1}`)
  }
  return String(index).padStart(5, '0')
}

const runKeys = (root: string): RunKeys => ({
  root,
  run: `${root}run.json`,
  interpreter: `${root}interpreter.safetensors`,
  student: `${root}student.safetensors`,
  factory: `${root}factory.onnx`,
  checkpoint: (training) => checkKey(`${root}checkpoints/${one(training)}.safetensors`),
  shards: `${root}shards/`,
  shard: (index) => `${root}shards/${shardName(index)}.json`,
  images: `${root}images/`,
  image: (sample) => checkKey(`${root}images/${one(sample)}.png`),
  labels: `${root}labels/`,
  labelMap: (sample) => checkKey(`${root}labels/${one(sample)}.png`),
  manifest: `${root}manifest.json`,
  evaluation: `${root}evaluation.json`,
  report: `${root}report.json`,
  progress: `${root}progress.json`,
  seedPredictions: `${root}seed-predictions.json`,
  segmenter: `${root}segmenter.safetensors`,
  segmenterGraph: `${root}segmenter.onnx`,
  segmenterRecord: `${root}segmenter.json`,
})

/**
 * Every key of a project's layout, in one place.
 *
 * @throws InvalidKeyError, here and in each function, for an id that cannot stand in a key; ZodError for a platform or
 *   version that is none
 * @example projectKeys('local', 'demo').run('sixteen-v1').shard(3) // projects/local-demo/runs/sixteen-v1/shards/00003.json
 */
export const projectKeys = (platform: Platform, id: string): ProjectKeys => {
  const root = `${checkKey(`projects/${Platform.parse(platform)}-${one(id)}`)}/`
  return {
    root,
    project: `${root}project.json`,
    state: `${root}state.json`,
    serving: `${root}serving.json`,
    seeds: `${root}seeds.json`,
    trainRequest: `${root}train-request.json`,
    predictionRequests: `${root}prediction-requests/`,
    predictionRequest: (task) => checkKey(`${root}prediction-requests/${one(task)}.json`),
    publisher: `${root}publisher.json`,
    drafts: `${root}drafts/`,
    draft: (sample) => checkKey(`${root}drafts/${one(sample)}.png`),
    samples: `${root}samples/`,
    sample: (sample) => checkKey(`${root}samples/${one(sample)}.json`),
    sampleImage: (sample) => checkKey(`${root}samples/${one(sample)}.png`),
    annotations: `${root}annotations/`,
    annotation: (sample) => checkKey(`${root}annotations/${one(sample)}.json`),
    annotationLabels: (sample) => checkKey(`${root}annotations/${one(sample)}.png`),
    runs: `${root}runs/`,
    run: (version) => runKeys(`${root}runs/${RunVersion.parse(version)}/`),
  }
}
