/** Runs a trial to its record, which is stored once and never changed. */
import { AlreadyExistsError, createJson, getJson } from '../../../../integrations/storage/index.ts'
import { type Trial, TrialRecord } from '../../../../schemas/experiment.ts'
import { dropCheckpoint } from '../checkpoints.ts'
import { machineOf } from '../running/machine.ts'
import { type ExperimentContext, experimentKeys, trainingPlace, trainingsOfTrial } from './context.ts'
import { fitArm } from './fitArm.ts'
import { measureSegmenter } from './measure.ts'

/** What a trial came to, if it was done. @throws InvalidRecordError */
export async function readTrial(
  { store, data }: Pick<ExperimentContext, 'store' | 'data'>,
  { id }: Trial,
): Promise<TrialRecord | undefined> {
  return (await getJson(store, experimentKeys(data.name).trial(id), TrialRecord))?.value
}

/**
 * Does a trial that is not done yet.
 * @returns its record: where another process was faster, that one's
 * @throws what the arm throws; the signal's reason
 */
export async function runTrial(context: ExperimentContext, trial: Trial): Promise<TrialRecord> {
  const { engine, data, settings, now, signal } = context
  signal?.throwIfAborted()
  const begun = now().getTime()
  const fit = await fitArm({ ...context, trial }, trial.arm)
  signal?.throwIfAborted()
  const { miou, parts } = await measureSegmenter(context, fit, await data.test.read())
  const record: TrialRecord = {
    schemaVersion: 1,
    trial,
    options: { ...settings.segmenter, seed: trial.randomSeed },
    images: { training: fit.learning.training.count, heldOut: fit.learning.heldOut.count },
    miou,
    parts: data.seeds.labelList.parts.map(({ id, name }) => ({ id, name, iou: parts[id] ?? null })),
    heldOut: (await measureSegmenter(context, fit, fit.learning.heldOut)).miou,
    ...(fit.interpreter === undefined ? {} : { interpreter: fit.interpreter }),
    notes: [...(fit.notes ?? [])],
    steps: fit.steps,
    seconds: (now().getTime() - begun) / 1000,
    machine: machineOf(engine, engine.runtimeVersion),
  }
  const stored = await storeRecord(context, record)
  for (const training of trainingsOfTrial)
    await dropCheckpoint(trainingPlace({ ...context, trial }, training), 'segmenter')
  return stored
}

async function storeRecord(context: ExperimentContext, record: TrialRecord): Promise<TrialRecord> {
  const { store, data } = context
  try {
    await createJson(store, experimentKeys(data.name).trial(record.trial.id), TrialRecord, record)
    return record
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    return (await readTrial(context, record.trial)) ?? record
  }
}
