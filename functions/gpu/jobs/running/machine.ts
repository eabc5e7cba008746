/** What this machine is, for a run's record and for the report. */
import { cpus, release, totalmem, type } from 'node:os'
import { packageVersion } from '../../../../integrations/packageFiles.ts'
import type { ReportFact } from '../../../../schemas/report.ts'
import type { RunMachine } from '../../../../schemas/run.ts'
import type { Engine } from '../../onnx/engine.ts'

/** What computes on this engine. @param runtimeVersion of ONNX Runtime, known once a model was loaded */
export function machineOf({ device, threads }: Engine, runtimeVersion = 'not loaded'): RunMachine {
  return {
    device,
    description: cpus()[0]?.model ?? 'unknown processor',
    threads,
    versions: { sixteen: packageVersion(), node: process.versions.node, onnxruntime: runtimeVersion },
  }
}

/** A machine in words. */
export function machineFacts({ device, description, threads, versions }: RunMachine): ReportFact[] {
  return [
    { name: 'Processor', value: description },
    { name: 'Threads', value: String(threads) },
    { name: 'Memory', value: `${(totalmem() / 2 ** 30).toFixed(0)} GiB` },
    { name: 'Device', value: device },
    { name: 'System', value: `${type()} ${release()}` },
    ...Object.entries(versions).map(([name, value]) => ({ name, value })),
  ]
}
