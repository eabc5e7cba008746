import { resolve } from 'node:path'
import { Command } from 'commander'
import { quickEvaluation } from '../../functions/gpu/jobs/evaluate.ts'
import { getJson, MissingError } from '../../integrations/storage/index.ts'
import { Evaluation } from '../../schemas/evaluation.ts'
import { requireLevel } from '../exportRun.ts'
import { interruptible } from '../interrupt.ts'
import { type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { openProjectFolder, requireProject } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice, runPhases } from '../run.ts'

interface EvaluateOptions extends SharedOptions {
  readonly members: number
  readonly steps: number
  readonly level?: number
}

export const evaluate = withSharedOptions(
  new Command('evaluate')
    .description('measure the interpreter: mIoU by leave-one-image-out over the seeds, per part and partonomy level')
    .argument('<project>', 'project folder')
    .option('--members <n>', 'classifiers per left-out image', wholeNumber(1, 100), quickEvaluation.members)
    .option('--steps <n>', 'optimizer steps', wholeNumber(1, 1_000_000), quickEvaluation.steps)
    .option('--level <n>', 'show only this level of the partonomy', wholeNumber(1, 32)),
)
  .addHelpText(
    'after',
    '\nExamples:\n  sixteen evaluate faces\n  sixteen evaluate faces --members 10 --steps 600 --level 2\n',
  )
  .action(async (name: string, { members, steps, level, ...shared }: EvaluateOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const { labelList } = await requireProject(project)
    if (level !== undefined) requireLevel(labelList, level)
    const device = await announceDevice(shared)
    const { version } = await whileLocked(project, () =>
      runPhases(project, ['train', 'distil', 'evaluate'], device, shared, signal, {
        evaluation: { ...quickEvaluation, members, steps },
      }),
    )
    const key = project.keys.run(version).evaluation
    const evaluation = (await getJson(project.store, key, Evaluation))?.value
    if (evaluation === undefined) throw new MissingError(key)
    const levels = level === undefined ? evaluation.levels : evaluation.levels.filter((entry) => entry.level === level)
    console.log(shared.json ? JSON.stringify({ ...evaluation, levels }) : formatEvaluation({ ...evaluation, levels }))
  })

function formatEvaluation({ method, pixelAccuracy, parts, levels, student }: Evaluation): string {
  const percent = (share: number | null): string =>
    share === null ? '   –' : `${(share * 100).toFixed(1).padStart(5)} %`
  const rows = [
    `\n${method}`,
    '',
    ...parts.map(({ name, iou }) => `  ${percent(iou)}  ${name}`),
    '',
    ...levels.map(
      (entry) =>
        `  level ${entry.level} (${entry.parts} parts): mIoU ${percent(entry.presentOnly)} (absent parts left out), ` +
        `${percent(entry.absentAsZero)} (absent parts count as 0)`,
    ),
    `  pixel accuracy ${percent(pixelAccuracy)}`,
  ]
  if (student !== null)
    rows.push(
      `  student against ensemble: mIoU ${percent(student.agreement)}, score correlation ${student.scoreCorrelation?.toFixed(3) ?? '–'}`,
    )
  return rows.join('\n')
}
