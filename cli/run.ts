import { type ChosenDevice, chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import type { LocalRunOptions, LocalRunResult } from '../functions/local.ts'
import type { PhaseName } from '../schemas/run.ts'
import { projectId } from './importSeeds.ts'
import type { SharedOptions } from './options.ts'
import { runWithProgress } from './progress.ts'
import type { ProjectFolder } from './projectFolder.ts'

/** Finds the device before anything is written, and says which it is. @throws DeviceError */
export async function announceDevice({ device, json }: SharedOptions): Promise<ChosenDevice> {
  const chosen = await chooseDevice(device)
  if (!json) console.log(`Device: ${chosen.device} (${chosen.reason})`)
  return chosen
}

/** Runs some phases of a project folder's run on the chosen device. */
export async function runPhases(
  project: ProjectFolder,
  phases: readonly PhaseName[],
  { device }: Pick<ChosenDevice, 'device'>,
  { threads, json }: Pick<SharedOptions, 'threads' | 'json'>,
  signal: AbortSignal,
  more: Pick<LocalRunOptions, 'title' | 'links' | 'evaluation' | 'minutesPerImage' | 'hourlyRate' | 'commandOf'> = {},
): Promise<LocalRunResult> {
  return runWithProgress(
    {
      store: project.store,
      platform: 'local',
      project: projectId,
      device,
      phases,
      signal,
      ...(threads === undefined ? {} : { threads }),
      ...more,
    },
    json,
  )
}
