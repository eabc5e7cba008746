import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A Python that has PyTorch: SIXTEEN_PYTHON, or the project's .venv.
 * @returns its path, or why there is none
 */
export function pythonWithTorch(): { readonly python: string } | { readonly missing: string } {
  const own = join(import.meta.dirname, '../../.venv/bin/python')
  const python = process.env.SIXTEEN_PYTHON ?? own
  if (!existsSync(python)) return { missing: `${python} does not exist; SIXTEEN_PYTHON may name another Python` }
  const { status } = spawnSync(python, ['-c', 'import torch'])
  return status === 0 ? { python } : { missing: `${python} has no PyTorch: ${python} -m pip install torch` }
}
