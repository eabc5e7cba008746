import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { renderReport } from '../../functions/factory/report/index.ts'
import { commandAgain } from '../commandAgain.ts'
import { interruptible } from '../interrupt.ts'
import { numberBetween, type SharedOptions, withSharedOptions } from '../options.ts'
import { generatedRun, openProjectFolder } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice, runPhases } from '../run.ts'
import { writeWhole } from '../writeWhole.ts'

interface ReportOptions extends SharedOptions {
  readonly out?: string
  readonly title?: string
  readonly minutesPerImage?: number
  readonly hourlyRate?: number
}

export const report = withSharedOptions(
  new Command('report')
    .description('write the report page: images, uncertainty, parts, evaluation if there is one, cost')
    .argument('<project>', 'project folder')
    .option('--out <file>', 'the page (default: report.html in the project folder)')
    .option('--title <title>', 'its heading (default: the project folder’s name)')
    .option('--minutes-per-image <minutes>', 'what a person needs to paint one image', numberBetween(0.01, 10_000))
    .option('--hourly-rate <dollars>', 'what a person costs per hour', numberBetween(0, 10_000)),
)
  .addHelpText(
    'after',
    '\nExamples:\n  sixteen report faces\n  sixteen report faces --out faces.html --minutes-per-image 12 --hourly-rate 20\n',
  )
  .action(async (name: string, { out, title, minutesPerImage, hourlyRate, ...shared }: ReportOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    await generatedRun(project)
    const device = await announceDevice(shared)
    const page = resolve(out ?? `${name}/report.html`)
    const result = await whileLocked(project, () =>
      runPhases(project, ['curate', 'report'], device, shared, signal, {
        title: title ?? project.folder.split(/[/\\]/).at(-1) ?? name,
        commandOf: commandAgain(name),
        ...(minutesPerImage === undefined ? {} : { minutesPerImage }),
        ...(hourlyRate === undefined ? {} : { hourlyRate }),
      }),
    )
    if (result.report !== undefined) {
      const html = await renderReport(result.report)
      await mkdir(dirname(page), { recursive: true })
      await writeWhole(page, html)
    }
    console.log(
      shared.json ? JSON.stringify({ version: result.version, report: page }) : `\nreport   ${pathToFileURL(page)}`,
    )
  })
