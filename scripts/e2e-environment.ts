/**
 * The Python packages that e2e tests compare with, in a virtual environment of the project's own (.venv, not in
 * version control). `npm run test:e2e:environment` makes it; a test that needs it makes it on the way.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Python, its venv module or its packages cannot be had; tests that need them fail, they are never skipped. */
export class PythonEnvironmentError extends Error {
  override readonly name = 'PythonEnvironmentError'
  constructor(step: string, remedy: string, output: string) {
    super(`${step} failed: ${remedy}${output.trim() === '' ? '' : `\n${output.trim()}`}`)
  }
}

/** Where an environment lies, and what belongs into it. */
export interface PythonEnvironmentOptions {
  /** The environment's folder; made, or made anew, when it does not hold these requirements. */
  readonly folder: string
  /** A pip requirements file. */
  readonly requirements: string
  /** The Python that makes the environment: a command or a path. */
  readonly python?: string
}

function run(command: string, arguments_: readonly string[], step: string, remedy: string): void {
  const { status, error, stdout, stderr } = spawnSync(command, arguments_, { encoding: 'utf8', stdio: 'pipe' })
  if (status !== 0) throw new PythonEnvironmentError(step, remedy, error?.message ?? `${stdout}\n${stderr}`)
}

/**
 * Makes the environment unless it is there and holds these very requirements.
 * @returns the path of its Python
 * @throws {PythonEnvironmentError} when a step fails; nothing half-made is taken for whole later
 */
export function pythonEnvironment({ folder, requirements, python = 'python3' }: PythonEnvironmentOptions): string {
  const interpreter = join(folder, 'bin', 'python')
  const stamp = join(folder, 'requirements.sha256')
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (existsSync(interpreter) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return interpreter

  rmSync(folder, { recursive: true, force: true })
  run(python, ['-m', 'venv', folder], 'making a Python environment', 'install python3 and python3-venv')
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
  run(interpreter, install, `installing ${requirements}`, 'is a Python package index reachable?')
  // Last, so that an environment whose making was interrupted is made again.
  writeFileSync(stamp, digest)
  return interpreter
}

/**
 * A program that a variable names in the place of one of the project's own environments.
 * @param program its name, and what kind of file it is
 * @returns undefined where the variable names none
 * @throws {PythonEnvironmentError} when it is not there
 */
export function programNamedBy(
  variable: string,
  environment: NodeJS.ProcessEnv,
  program: { readonly name: string; readonly kind: string },
): string | undefined {
  const path = environment[variable]
  if (path === undefined || path === '') return undefined
  if (existsSync(path)) return path
  throw new PythonEnvironmentError(`looking for ${program.name}`, `${variable} names no ${program.kind}: ${path}`, '')
}

const root = join(import.meta.dirname, '..')

/** The project's own environment, with the packages of test/e2e/requirements.txt. */
export function projectPythonEnvironment(): string {
  return pythonEnvironment({ folder: join(root, '.venv'), requirements: join(root, 'test/e2e/requirements.txt') })
}

if (import.meta.main) console.log(projectPythonEnvironment())
