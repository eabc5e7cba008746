import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { projectPythonEnvironment } from '../../../scripts/e2e-environment.ts'

const execute = promisify(execFile)

/** A Python snippet ended badly; the message is what it wrote to its standard error. */
export class PythonError extends Error {
  override readonly name = 'PythonError'
  constructor(output: string, options: ErrorOptions) {
    super(`Python failed: ${output.trim()}`, options)
  }
}

/**
 * Runs a Python snippet in the project's virtual environment, which is made when it is not there.
 * @param source what `python -c` gets
 * @param arguments_ `sys.argv[1:]`
 * @returns its standard output
 * @throws {PythonEnvironmentError} when there is no Python or its packages cannot be installed: never skipped
 * @throws {PythonError} when it ends with another exit code than 0
 * @example JSON.parse(await python('import json, sys; print(json.dumps(sys.argv[1:]))', 'a', 'b'))
 */
export async function python(source: string, ...arguments_: readonly string[]): Promise<string> {
  const interpreter = projectPythonEnvironment()
  try {
    const { stdout } = await execute(interpreter, ['-c', source, ...arguments_], { maxBuffer: 1 << 28 })
    return stdout
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause)
    throw new PythonError(output, { cause })
  }
}
