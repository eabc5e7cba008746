import type { PhaseName } from '../../../../schemas/run.ts'
import type { Attempt } from '../../../factory/runRecord.ts'
import type { Engine } from '../../onnx/engine.ts'
import { machineOf } from './machine.ts'

/**
 * An attempt at a phase, which ends now.
 * @param runtimeVersion of ONNX Runtime, where another engine did the work
 */
export function attemptSince(
  start: Date,
  name: PhaseName,
  engine: Engine,
  now: () => Date,
  runtimeVersion = engine.runtimeVersion,
): Attempt {
  const end = now()
  const seconds = Math.max(0, (end.getTime() - start.getTime()) / 1000)
  return { name, now: end, seconds, machine: machineOf(engine, runtimeVersion) }
}
