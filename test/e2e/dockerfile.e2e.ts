import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectPythonEnvironment } from '../../scripts/e2e-environment.ts'

let folder: string
let linter: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sixteen-hadolint-'))
  linter = join(dirname(projectPythonEnvironment()), 'hadolint')
})
afterAll(() => rmSync(folder, { recursive: true }))

function lint(dockerfile: string) {
  const path = join(folder, 'Dockerfile')
  writeFileSync(path, dockerfile)
  const { status, stdout, error } = spawnSync(linter, ['--no-color', path], { encoding: 'utf8' })
  if (error) throw error
  return { status, rules: [...stdout.matchAll(/\b(?:DL|SC)\d{4}\b/g)].map(([rule]) => rule) }
}

const dockerfile = readFileSync('Dockerfile', 'utf8')

test('hadolint finds nothing in the Dockerfile', () => {
  expect(lint(dockerfile)).toEqual({ status: 0, rules: [] })
})

// Rules and what they are about: https://github.com/hadolint/hadolint#rules
test.each([
  ['an image of any version', 'DL3007', (text: string) => text.replace(/^FROM nvidia.*$/m, 'FROM nvidia/cuda:latest')],
  ['a user who is root', 'DL3002', (text: string) => text.replace(/^USER .*$/m, 'USER root')],
  [
    'an entry point behind a shell',
    'DL3025',
    (text: string) => text.replace(/^ENTRYPOINT .*$/m, 'ENTRYPOINT node main.ts'),
  ],
  ['a pipe that hides failures', 'DL4006', (text: string) => text.replace(/^SHELL .*$/m, '')],
  ['a folder that is left by cd', 'DL3003', (text: string) => text.replace(/^RUN npm ci.*$/m, 'RUN cd /tmp && npm ci')],
])('hadolint finds %s', (_, rule, plant) => {
  const planted = plant(dockerfile)
  expect(planted).not.toBe(dockerfile)
  const { status, rules } = lint(planted)
  expect(status).toBe(1)
  expect(rules).toContain(rule)
})
