/**
 * A real Label Studio, in a virtual environment of its own (.venv-label-studio, not in version control), and the data folder
 * of a server that was never used. `node scripts/label-studio-environment.ts` makes both; a test that needs them makes
 * them on the way, which takes minutes the first time.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PythonEnvironmentError, programNamedBy, pythonEnvironment } from './e2e-environment.ts'
import { serverEnvironment } from './label-studio-server-environment.ts'

const root = join(import.meta.dirname, '..')

/** Where the environment lies. */
export const labelStudioFolder = join(root, '.venv-label-studio')

/**
 * The `label-studio` command. `SIXTEEN_LABEL_STUDIO` names another one than that of the project's own environment.
 * @throws {PythonEnvironmentError} when it cannot be installed
 */
export function labelStudioProgram(environment: NodeJS.ProcessEnv = process.env): string {
  const other = programNamedBy('SIXTEEN_LABEL_STUDIO', environment, { name: 'Label Studio', kind: 'file' })
  if (other !== undefined) return other
  const requirements = join(root, 'test/e2e/label-studio-requirements.txt')
  return join(dirname(pythonEnvironment({ folder: labelStudioFolder, requirements })), 'label-studio')
}

/**
 * A data folder whose database holds all tables and nothing else, to be copied: making one takes most of a minute.
 * @param folder where templates are kept, one for each program
 */
export function labelStudioTemplate(program: string, folder: string = labelStudioFolder): string {
  const name = `template-${createHash('sha256').update(program).digest('hex').slice(0, 12)}`
  const template = join(folder, name)
  if (existsSync(template)) return template
  mkdirSync(folder, { recursive: true })
  const unfinished = mkdtempSync(join(folder, 'unfinished-'))
  try {
    // Every command of the program makes the tables first; this one does nothing else.
    const made = spawnSync(program, ['version'], {
      env: serverEnvironment({ dataFolder: unfinished }),
      encoding: 'utf8',
    })
    if (made.status !== 0) {
      const output = made.error?.message ?? `${made.stdout}\n${made.stderr}`.slice(-4000)
      throw new PythonEnvironmentError('making the database of Label Studio', `does ${program} run?`, output)
    }
    // Whole or not at all, and once: another process may have been faster.
    if (!existsSync(template)) renameSync(unfinished, template)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return template
}

/** Fills a folder with a copy of the template. */
export function copyTemplate(template: string, dataFolder: string): void {
  cpSync(template, dataFolder, { recursive: true })
}

if (import.meta.main) console.log(labelStudioTemplate(labelStudioProgram()))
