import type { Store } from '../../../../integrations/storage/index.ts'
import { checkKey } from '../../../../integrations/storage/key.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import type { Trial } from '../../../../schemas/experiment.ts'
import type { Engine } from '../../onnx/engine.ts'
import { type SegmenterNetwork, segmenterNetwork } from '../../segmenter/segmenter.ts'
import type { JobContext } from '../context.ts'
import type { ExperimentData } from './data.ts'
import type { ExperimentSettings } from './plan.ts'

/** What all trials of an experiment have in common. */
export interface ExperimentContext {
  /** The experiment's own: it holds results, trainings under way, and the runs that trials share. */
  readonly store: Store
  readonly engine: Engine
  readonly data: ExperimentData
  readonly settings: ExperimentSettings
  readonly now: () => Date
  readonly onProgress?: JobContext['onProgress']
  readonly signal?: AbortSignal | undefined
}

export interface TrialContext extends ExperimentContext {
  readonly trial: Trial
}

/** Keys of an experiment's results. */
export function experimentKeys(data: string) {
  const root = `experiments/${data}/`
  return {
    trial: (id: string): string => checkKey(`${root}trials/${id}.json`),
    /** Weights that a trial learned elsewhere, before what it is measured for. */
    learnedElsewhere: (id: string): string => checkKey(`${root}elsewhere/${id}.safetensors`),
  }
}

/** Trainings of segmenters that a trial may consist of. */
export const trainingsOfTrial = ['segmenter', 'elsewhere'] as const
export type TrainingOfTrial = (typeof trainingsOfTrial)[number]

/** Where a training of a trial leaves its state while it is under way: it is kept as that of a run is. */
export function trainingPlace({ store, engine, settings, trial }: TrialContext, training: TrainingOfTrial) {
  const run = projectKeys('local', `trial-${trial.id}-${training}`).run('sixteen-v1')
  return { store, engine, run, tuning: settings.tuning }
}

/** The network of every arm. @param classes where images of another kind have other labels */
export function networkOf({ data, settings }: ExperimentContext, classes?: number): SegmenterNetwork {
  const { size, seeds } = data
  return segmenterNetwork({ ...settings.segmenter, size, classes: classes ?? seeds.labelList.parts.length })
}
