/**
 * `npm run test:image-steps`: does the steps of the Dockerfile in clean folders, without Docker, and has the result do its
 * work there. What cannot be done here is listed, each with the reason; a step that is neither done nor listed stops it.
 * `--context <folder>` takes the Dockerfile of another folder.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from '../../functions/gpu/jobs/experiments/markdownTable.ts'
import { buildImage, type StepReport } from './buildImage.ts'
import { checkImage } from './checks.ts'
import { giveToUser } from './program.ts'
import { baseSubstitutes, commandSubstitutes } from './substitutes.ts'
import { makeTinyProject } from './tinyProject.ts'

const { values } = parseArgs({ options: { context: { type: 'string' } } })
const context = resolve(values.context ?? join(import.meta.dirname, '../..'))
const work = mkdtempSync(join(tmpdir(), 'sixteen-image-'))
// Node ends at ^C without this.
process.once('exit', () => rmSync(work, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
chmodSync(work, 0o755)

const steps: StepReport[] = []
const shorten = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text)
const showSteps = (): void => {
  const shown = steps.map(({ line, step, how, remark }) => [String(line), shorten(step), how, remark])
  console.log(`\n${table(['line', 'step', '', 'remark'], shown)}`)
  const left = steps.filter(({ how }) => how !== 'done')
  console.log(`\n${steps.length} steps; NOT DONE AS THEY STAND: ${left.length}, which only a build with Docker shows`)
}

try {
  const image = buildImage({
    context,
    work,
    bases: baseSubstitutes,
    commands: commandSubstitutes,
    report: (step) => {
      steps.push(step)
      console.log(`${step.how.padEnd(8)} ${shorten(step.step)}`)
    },
  })
  const own = join(work, 'store')
  mkdirSync(own)
  const project = await makeTinyProject(own)
  const folder = join(work, 'tmp')
  mkdirSync(folder)
  for (const writable of [own, folder]) giveToUser(image, writable)
  const checks = await checkImage(image, project, folder)
  showSteps()
  console.log('')
  for (const { name, fault } of checks)
    console.log(`${fault === undefined ? '✔' : '✖'} ${name}${fault ? `: ${fault}` : ''}`)
  const failed = checks.filter(({ fault }) => fault !== undefined).length
  console.log(`\n${checks.length - failed} of ${checks.length} checks passed`)
  process.exitCode = failed > 0 ? 1 : 0
} catch (error) {
  if (steps.length > 0) showSteps()
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
