/** Python with moto, in a virtual environment of its own that version control ignores. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PythonEnvironmentError, pythonEnvironment } from '../../../scripts/e2e-environment.ts'

const root = join(import.meta.dirname, '../../..')

/**
 * Python that has moto. `SIXTEEN_MOTO` names another one than that of the project's own environment.
 * @throws {PythonEnvironmentError} when it cannot be installed
 */
export function motoPython(environment: NodeJS.ProcessEnv = process.env): string {
  const other = environment.SIXTEEN_MOTO
  if (other !== undefined && other !== '') {
    if (existsSync(other)) return other
    throw new PythonEnvironmentError('looking for moto', `SIXTEEN_MOTO names no Python: ${other}`, '')
  }
  const requirements = join(root, 'test/e2e/moto-requirements.txt')
  return pythonEnvironment({ folder: join(root, '.cache/moto'), requirements })
}
