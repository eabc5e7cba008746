import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type ExportFormat, exportFormats, exportRun } from '../exportRun.ts'
import { interruptible } from '../interrupt.ts'
import { wholeNumber } from '../options.ts'
import { completeRun, openProjectFolder } from '../projectFolder.ts'

interface ExportOptions {
  readonly out: string
  readonly format: ExportFormat
  readonly level?: number
  readonly all: boolean
  readonly overwrite: boolean
  readonly json: boolean
}

export const exportDataset = new Command('export')
  .description('write the newest dataset as a folder that other tools read')
  .argument('<project>', 'project folder')
  .requiredOption('--out <dir>', 'folder to write')
  .addOption(
    new Option('--format <format>', 'indexed masks, COCO, or a Hugging Face image folder')
      .choices([...exportFormats])
      .default('masks'),
  )
  .option('--level <n>', 'merge parts below this level of the partonomy', wholeNumber(1, 32))
  .option('--all', 'write the dropped images, too', false)
  .option('--overwrite', 'replace the folder if it is not empty', false)
  .option('--json', 'print the result as JSON, and nothing else', false)
  .addHelpText(
    'after',
    '\nExamples:\n  sixteen export faces --out dataset\n  sixteen export faces --out coco --format coco --level 2\n',
  )
  .action(async (name: string, { out, format, level, all, overwrite, json }: ExportOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const version = await completeRun(project, undefined)
    const folder = resolve(out)
    const images = await exportRun(project, {
      version,
      format,
      folder,
      dropped: all,
      overwrite,
      signal,
      ...(level === undefined ? {} : { level }),
    })
    console.log(
      json ? JSON.stringify({ version, format, images, folder }) : `${images} images of ${version} in ${folder}`,
    )
  })
