import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PythonEnvironmentError, pythonEnvironment } from '../../scripts/e2e-environment.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sixteen-python-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A Python that writes down how it was called, and whose `venv` makes another like it. */
function recordingPython(pipStatus = 0): string {
  const path = join(folder, 'python3')
  writeFileSync(
    path,
    `#!/bin/sh
echo "$2 $3" >> ${join(folder, 'calls')}
case "$2" in
  venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  pip) exit ${pipStatus} ;;
esac
`,
  )
  chmodSync(path, 0o755)
  return path
}

const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

function options(python: string) {
  const requirements = join(folder, 'requirements.txt')
  if (!existsSync(requirements)) writeFileSync(requirements, 'numpy\n')
  return { folder: join(folder, 'venv'), requirements, python }
}

describe('the Python environment of e2e tests', () => {
  it('is made once', () => {
    const python = recordingPython()
    const interpreter = pythonEnvironment(options(python))
    expect(interpreter).toBe(join(folder, 'venv/bin/python'))
    expect(pythonEnvironment(options(python))).toBe(interpreter)
    expect(calls()).toEqual([`venv ${join(folder, 'venv')}`, 'pip install'])
  })

  it('is made anew when its requirements change', () => {
    const python = recordingPython()
    pythonEnvironment(options(python))
    writeFileSync(join(folder, 'requirements.txt'), 'numpy\nonnxruntime\n')
    pythonEnvironment(options(python))
    expect(calls()).toHaveLength(4)
  })

  it('is not taken for whole after its packages could not be installed', () => {
    expect(() => pythonEnvironment(options(recordingPython(1)))).toThrow(PythonEnvironmentError)
    pythonEnvironment(options(recordingPython()))
    expect(calls()).toHaveLength(4)
  })

  it('fails loudly where there is no Python', () => {
    expect(() => pythonEnvironment(options(join(folder, 'absent')))).toThrow('install python3')
  })
})
