/** Python with moto, in a virtual environment of its own that version control ignores. */
import { join } from 'node:path'
import { programNamedBy, pythonEnvironment } from '../../../scripts/e2e-environment.ts'

const root = join(import.meta.dirname, '../../..')

/**
 * Python that has moto. `SIXTEEN_MOTO` names another one than that of the project's own environment.
 * @throws {PythonEnvironmentError} when it cannot be installed
 */
export function motoPython(environment: NodeJS.ProcessEnv = process.env): string {
  const other = programNamedBy('SIXTEEN_MOTO', environment, { name: 'moto', kind: 'Python' })
  if (other !== undefined) return other
  const requirements = join(root, 'test/e2e/moto-requirements.txt')
  return pythonEnvironment({ folder: join(root, '.cache/moto'), requirements })
}
