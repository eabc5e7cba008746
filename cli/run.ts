import { chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import type { LocalPhase, LocalRunOptions, LocalRunResult } from '../functions/local.ts'
import type { SharedOptions } from './options.ts'
import { runWithProgress } from './progress.ts'
import { type ProjectFolder, projectId } from './projectFolder.ts'

/** Runs some phases of a project folder's run on the chosen device. */
export async function runPhases(
  project: ProjectFolder,
  phases: readonly LocalPhase[],
  { device: choice, threads, json }: SharedOptions,
  signal: AbortSignal,
  more: Pick<LocalRunOptions, 'title' | 'links' | 'evaluation' | 'minutesPerImage' | 'hourlyRate'> = {},
): Promise<LocalRunResult> {
  const { device, reason } = await chooseDevice(choice)
  if (!json) console.log(`Device: ${device} (${reason})`)
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
