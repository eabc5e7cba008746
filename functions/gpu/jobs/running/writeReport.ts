import { getJson, MissingError } from '../../../../integrations/storage/index.ts'
import type { ManifestLine } from '../../../../schemas/manifest.ts'
import type { ReportData } from '../../../../schemas/report.ts'
import { type PhaseName, Run, type RunVersion } from '../../../../schemas/run.ts'
import { type JobContext, readProject } from '../context.ts'
import { report } from '../report.ts'
import { machineFacts, machineOf } from './machine.ts'

/** A person needs 20 minutes for a face of 58 parts. */
const humanMinutesPerPart = 20 / 58
const defaultHourlyRate = 15

/** What the caller adds to a report. */
export interface ReportOptions {
  /** Default: the project's id. */
  readonly title?: string
  /**
   * What a person would need per image, for the comparison in the report. Default: what the annotation platform measured,
   * else 20 minutes for 58 parts, in proportion.
   */
  readonly minutesPerImage?: number
  /** US dollars. Default 15. */
  readonly hourlyRate?: number
  readonly links?: ReportData['links']
  /** The command that makes an image again, as the report shows it. */
  readonly commandOf?: (line: ManifestLine, version: RunVersion) => string
}

/** Adds to the report what the run's record and the caller know: times, machine, costs. */
export async function writeReport(context: JobContext, options: ReportOptions, now: () => Date): Promise<ReportData> {
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
  publish: 'Publish',
  segment: 'Train the segmenter',
  evaluate: 'Evaluate',
  report: 'Report',
}
