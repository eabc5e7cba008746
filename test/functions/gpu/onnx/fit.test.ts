import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import {
  bestStep,
  type FitCheckpoint,
  type FitHooks,
  type FitProblem,
  type FitResult,
  type FitSchedule,
  fitModel,
} from '../../../../functions/gpu/onnx/fit.ts'
import { float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { openTrainer, TrainingError } from '../../../../functions/gpu/onnx/training.ts'
import { data, definition, rowBatches, start } from './smallTraining.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const schedule: FitSchedule = { steps: 40, interval: 4, patience: 100 }

/** @param heldOutLoss of the looks in turn, the last one for all that follow; else measured on all rows */
function problem(heldOutLoss?: readonly number[]): FitProblem {
  let looks = 0
  return {
    definition,
    start: start(),
    data: data(),
    batches: rowBatches,
    trainLoss: ({ loss }) => float32Data(loss, 'loss').at(-1) ?? Number.NaN,
    heldOutLoss: async ({ weight }) => {
      if (heldOutLoss !== undefined) return { loss: heldOutLoss[looks++] ?? heldOutLoss.at(-1) ?? Number.NaN }
      if (weight === undefined) throw new TypeError('the weight is missing')
      const [first = 0, second = 0] = float32Data(await engine.fetch(weight), 'weight')
      return { loss: (first - 2) ** 2 + (second + 1) ** 2 }
    },
  }
}

const runFit = (given: FitProblem, changes: Partial<FitSchedule> = {}, hooks: FitHooks = {}, resume?: FitCheckpoint) =>
  fitModel(engine, given, { ...schedule, ...changes }, hooks, resume)

/** Weights after so many steps, without any fitting around it. */
async function weightsAfter(steps: number): Promise<unknown> {
  const trainer = await openTrainer(engine, definition, start(), data())
  if (steps > 0) await trainer.train(rowBatches(0, steps))
  const { tensors } = await trainer.state()
  await trainer.close()
  return Object.fromEntries([...tensors].filter(([name]) => !name.includes(':')))
}
const best = (result: Pick<FitResult, 'best'>): unknown => Object.fromEntries(result.best)

describe('fitting', () => {
  test('looks after every interval, the last one shorter, and reports each look', async () => {
    const seen: number[][] = []
    const { history } = await runFit(
      problem(),
      { steps: 10 },
      { onProgress: ({ step }, steps) => seen.push([step, steps]) },
    )
    expect(history.map(({ step }) => step)).toEqual([4, 8, 10])
    expect(seen).toEqual([
      [4, 10],
      [8, 10],
      [10, 10],
    ])
  })

  test('gives the same bits in shorter session calls, and tells of each', async () => {
    const done: number[] = []
    const short = await runFit(problem(), { steps: 10, stepsPerCall: 3 }, { onSteps: (step) => done.push(step) })
    expect(done).toEqual([3, 4, 7, 8, 10])
    const long = await runFit(problem(), { steps: 10 })
    expect(best(short)).toEqual(best(long))
    expect(short.history).toEqual(long.history)
  })

  test('gives the weights with the smallest held-out loss, of equals the earliest', async () => {
    const result = await runFit(problem([5, 3, 2, 4, 2, 6]), { steps: 24 })
    expect(result.history.map(({ heldOutLoss }) => heldOutLoss)).toEqual([5, 3, 2, 4, 2, 6])
    expect(bestStep(result.history)).toBe(12)
    expect(best(result)).toEqual(await weightsAfter(12))
  })

  test('stops after so many looks without improvement', async () => {
    const { history } = await runFit(problem([5, 4, 4, 4.5, 1]), { patience: 2 })
    expect(history.map(({ step }) => step)).toEqual([4, 8, 12, 16])
  })

  test('goes on for as long as it improves', async () => {
    const { history } = await runFit(problem(Array.from({ length: 10 }, (_, look) => 10 - look)), { patience: 1 })
    expect(history.length).toBe(10)
  })

  test('stops with a TrainingError that names the step when the held-out loss is no number', async () => {
    const failing = runFit(problem([5, Number.NaN]))
    await expect(failing).rejects.toThrow(TrainingError)
    await expect(failing).rejects.toThrow('the held-out loss became NaN at step 8')
  })

  test.each([
    { steps: 0 },
    { interval: 0 },
    { patience: 0 },
    { steps: 2.5 },
    { interval: Number.NaN },
    { stepsPerCall: 0 },
  ])('refuses the schedule %o', async (wrong) => {
    const [[name, value] = []] = Object.entries(wrong)
    await expect(runFit(problem(), wrong)).rejects.toThrow(
      new TrainingError(`${name} is ${value}, expected a whole number from 1`),
    )
  })
})

describe('an interrupted fit', () => {
  /** Interrupts after so many looks. @returns the last checkpoint */
  async function interrupted(looks: number, heldOutLoss?: readonly number[]): Promise<FitCheckpoint> {
    const controller = new AbortController()
    const reason = new Error('stopped by a person')
    const saved: FitCheckpoint[] = []
    const onCheckpoint = async (fetch: () => Promise<FitCheckpoint>): Promise<void> => {
      saved.push(await fetch())
      if (saved.length === looks) controller.abort(reason)
    }
    const running = runFit(problem(heldOutLoss), {}, { onCheckpoint, signal: controller.signal })
    await expect(running).rejects.toBe(reason)
    const last = saved.at(-1)
    if (last === undefined) throw new TypeError('nothing was saved')
    expect(saved.length).toBe(looks)
    return last
  }

  test('ends between two intervals, and goes on from its last checkpoint to the same bits', async () => {
    const whole = await runFit(problem())
    const checkpoint = await interrupted(3)
    expect(checkpoint.state.step).toBe(12)
    const resumed = await runFit(problem(), {}, {}, checkpoint)
    expect(best(resumed)).toEqual(best(whole))
    expect(resumed.history).toEqual(whole.history)
  })

  test('ends between two session calls, and goes on from the last look', async () => {
    const controller = new AbortController()
    const done: number[] = []
    const saved: FitCheckpoint[] = []
    const onSteps = (step: number): void => {
      done.push(step)
      if (step === 6) controller.abort(new Error('stopped by a person'))
    }
    const onCheckpoint = async (fetch: () => Promise<FitCheckpoint>) => void saved.push(await fetch())
    const running = runFit(problem(), { stepsPerCall: 1 }, { onSteps, onCheckpoint, signal: controller.signal })
    await expect(running).rejects.toThrow('stopped by a person')
    expect(done.at(-1)).toBe(6)
    expect(saved.at(-1)?.state.step).toBe(4)
    const resumed = await runFit(problem(), { stepsPerCall: 1 }, {}, saved.at(-1))
    expect(best(resumed)).toEqual(best(await runFit(problem())))
  })

  test('remembers the best weights of before', async () => {
    const checkpoint = await interrupted(3, [5, 1, 2])
    const resumed = await runFit(problem([3]), { patience: 4 }, {}, checkpoint)
    expect(resumed.history.map(({ heldOutLoss }) => heldOutLoss)).toEqual([5, 1, 2, 3, 3, 3])
    expect(best(resumed)).toEqual(await weightsAfter(8))
  })

  test('that had come to its end gives its result without another step', async () => {
    const saved: FitCheckpoint[] = []
    const whole = await runFit(problem(), {}, { onCheckpoint: async (fetch) => void saved.push(await fetch()) })
    const again = await runFit(problem(), {}, {}, saved.at(-1))
    expect(best(again)).toEqual(best(whole))
    expect(again.history).toEqual(whole.history)
  })

  test('was not even begun where the signal had fallen before', async () => {
    const progress: number[] = []
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(runFit(problem(), {}, { signal, onProgress: ({ step }) => progress.push(step) })).rejects.toThrow(
      'too late',
    )
    expect(progress).toEqual([])
  })

  test('does not go on from the checkpoint of another training', async () => {
    const checkpoint = await interrupted(1)
    const { state } = checkpoint
    const foreign = { ...state, tensors: new Map([...state.tensors].filter(([name]) => name !== 'seen')) }
    await expect(runFit(problem(), {}, {}, { ...checkpoint, state: foreign })).rejects.toThrow('the state has no seen')
  })
})
