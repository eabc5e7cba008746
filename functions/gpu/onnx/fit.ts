/**
 * Fits a model: trains in intervals, looks at held-out data after each, keeps the best weights, stops when they no
 * longer improve. Progress and checkpoints happen between intervals, interruption between session calls.
 */
import type { Engine, KeptTensor } from './engine.ts'
import type { HostTensor } from './hostTensor.ts'
import { openTrainer, type Trainer, type TrainingDefinition, TrainingError, type TrainingState } from './training.ts'

export interface FitSchedule {
  /** Upper limit of optimizer steps. */
  readonly steps: number
  /** Steps between two looks at the held-out data. */
  readonly interval: number
  /** Steps of one session call, after which training can be interrupted. Default: the interval. */
  readonly stepsPerCall?: number
  /** Looks without improvement after which training stops. */
  readonly patience: number
}

/** One look at the held-out data. */
export interface LossPoint {
  /** Steps done. */
  readonly step: number
  /** Mean over the interval's last step. */
  readonly trainLoss: number
  readonly heldOutLoss: number
  /** Mean intersection over union on the held-out data, where it is measured. */
  readonly heldOutIou?: number | undefined
}

/** What a look at the held-out data finds. */
export interface HeldOutLook {
  readonly loss: number
  /** Where it is measured. */
  readonly iou?: number
}

/** Everything needed to go on after an interruption to the same weights. */
export interface FitCheckpoint {
  readonly state: TrainingState
  readonly best: ReadonlyMap<string, HostTensor>
  readonly history: readonly LossPoint[]
}

export interface FitHooks {
  readonly onProgress?: (point: LossPoint, steps: number) => void
  /** Called after every session call. */
  readonly onSteps?: (done: number, steps: number) => void
  /** Called after every look; the callee decides whether to fetch and save. The arrays of the state are the callee's. */
  readonly onCheckpoint?: (fetch: () => Promise<FitCheckpoint>) => Promise<void>
  /** Interrupts between two session calls; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

export interface FitProblem {
  readonly definition: TrainingDefinition
  readonly start: TrainingState
  /** Whether the state that training begins with, or goes on from, is handed over as well. Default: it is copied. */
  readonly handOverState?: boolean
  /** Handed over to the worker: the arrays are emptied. */
  readonly data: Readonly<Record<string, HostTensor>>
  /** Minibatches of the steps first..first+count−1, [count, …]. They must depend on the step's number alone. */
  readonly batches: (first: number, count: number) => Readonly<Record<string, HostTensor>>
  /** The loss to show for an interval, from the records of its steps. */
  readonly trainLoss: (records: Readonly<Record<string, HostTensor>>) => number
  /** Loss on held-out data, and what else is recorded of it, from parameters and buffers as they lie in the worker. */
  readonly heldOutLoss: (tensors: Readonly<Record<string, KeptTensor>>) => Promise<HeldOutLook>
}

export interface FitResult {
  /** Parameters and buffers with the smallest held-out loss. */
  readonly best: ReadonlyMap<string, HostTensor>
  readonly history: readonly LossPoint[]
}

/**
 * @param resume what an earlier attempt left, of the same problem and schedule
 * @throws TrainingError where a loss is not finite, the schedule makes no sense, or the checkpoint is another training's
 * @throws the signal's reason where it is aborted
 */
export async function fitModel(
  engine: Engine,
  problem: FitProblem,
  schedule: FitSchedule,
  { onProgress, onSteps, onCheckpoint, signal }: FitHooks = {},
  resume?: FitCheckpoint,
): Promise<FitResult> {
  checkSchedule(schedule)
  const { definition, data } = problem
  const { handOverState = false } = problem
  const trainer = await openTrainer(engine, definition, resume?.state ?? problem.start, data, { handOverState })
  const names = Object.keys({ ...definition.parameters, ...definition.buffers })
  const history = [...(resume?.history ?? [])]
  let best = resume?.best ?? new Map<string, HostTensor>()
  try {
    while (trainer.step < schedule.steps && !exhausted(history, schedule.patience)) {
      const look = Math.min(trainer.step + schedule.interval, schedule.steps)
      let records: Readonly<Record<string, HostTensor>> = {}
      while (trainer.step < look) {
        signal?.throwIfAborted()
        const count = Math.min(schedule.stepsPerCall ?? schedule.interval, look - trainer.step)
        records = await trainer.train(problem.batches(trainer.step, count))
        onSteps?.(trainer.step, schedule.steps)
      }
      const { loss, iou } = await problem.heldOutLoss(weightsOf(trainer, names))
      const point: LossPoint = {
        step: trainer.step,
        trainLoss: problem.trainLoss(records),
        heldOutLoss: loss,
        ...(iou === undefined ? {} : { heldOutIou: iou }),
      }
      if (!Number.isFinite(point.heldOutLoss))
        throw new TrainingError(
          `the held-out loss became ${point.heldOutLoss} at step ${point.step}: lower the learning rate, or look for wrong input`,
        )
      history.push(point)
      if (bestIndex(history) === history.length - 1) best = await fetchAll(engine, trainer, names)
      onProgress?.(point, schedule.steps)
      await onCheckpoint?.(async () => ({ state: await trainer.state(), best, history: [...history] }))
    }
  } finally {
    await trainer.close()
  }
  return { best, history }
}

/** The step whose weights are kept. */
export function bestStep(history: readonly LossPoint[]): number | undefined {
  return history[bestIndex(history)]?.step
}

function checkSchedule(schedule: FitSchedule): void {
  const { steps, interval, patience, stepsPerCall = interval } = schedule
  for (const [name, value] of Object.entries({ steps, interval, patience, stepsPerCall }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TrainingError(`${name} is ${value}, expected a whole number from 1`)
}

/** Whether the last looks brought no improvement. */
function exhausted(history: readonly LossPoint[], patience: number): boolean {
  return history.length > 0 && history.length - 1 - bestIndex(history) >= patience
}

function bestIndex(history: readonly LossPoint[]): number {
  return history.reduce((best, point, index) => {
    const current = history[best]
    return current === undefined || point.heldOutLoss < current.heldOutLoss ? index : best
  }, 0)
}

function weightsOf(trainer: Trainer, names: readonly string[]): Record<string, KeptTensor> {
  return Object.fromEntries(Object.entries(trainer.tensors).filter(([name]) => names.includes(name)))
}

async function fetchAll(engine: Engine, trainer: Trainer, names: readonly string[]): Promise<Map<string, HostTensor>> {
  const fetched = new Map<string, HostTensor>()
  for (const [name, tensor] of Object.entries(weightsOf(trainer, names))) fetched.set(name, await engine.fetch(tensor))
  return fetched
}
