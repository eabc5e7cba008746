import { getJson, MissingError } from '../../integrations/storage/index.ts'
import type { ReportData } from '../../schemas/report.ts'
import { type PhaseName, Run } from '../../schemas/run.ts'
import { type JobContext, readProject } from '../gpu/jobs/context.ts'
import { report } from '../gpu/jobs/report.ts'
import { machineFacts, machineOf } from './machine.ts'
import type { LocalRunOptions } from './options.ts'

/** A person needs 20 minutes for a face of 58 parts. */
const humanMinutesPerPart = 20 / 58
const defaultHourlyRate = 15

/** Adds to the report what the run's record and the caller know: times, machine, costs. */
export async function writeReport(context: JobContext, options: LocalRunOptions, now: () => Date): Promise<ReportData> {
  const { store, run: keys, version, engine } = context
  const run = (await getJson(store, keys.run, Run))?.value
  if (run === undefined) throw new MissingError(keys.run)
  const project = await readProject(context)
  const minutes = project.labelList.parts.length * humanMinutesPerPart
  return report(context, {
    title: options.title ?? project.id,
    finishedAt: now().toISOString(),
    phases: run.phases
      .filter(({ finishedAt }) => finishedAt !== undefined)
      .map(({ name, seconds }) => ({ name: phaseTitles[name], seconds })),
    machine: machineFacts(run.machine ?? machineOf(engine, engine.runtimeVersion)),
    generatingSeconds: run.phases.find(({ name }) => name === 'generate')?.seconds ?? 0,
    minutesPerImage: options.minutesPerImage,
    assumedMinutesPerImage: Math.max(0.1, Math.round(minutes * 10) / 10),
    hourlyRate: options.hourlyRate ?? defaultHourlyRate,
    links: options.links ?? [],
    commandOf: (line) => options.commandOf?.(line, version) ?? `sixteen again PROJECT ${line.id} --run ${version}`,
  })
}

const phaseTitles: Readonly<Record<PhaseName, string>> = {
  train: 'Train the interpreter',
  distil: 'Distil the student',
  generate: 'Generate',
  curate: 'Curate',
  evaluate: 'Evaluate',
  report: 'Report',
  publish: 'Publish',
}
