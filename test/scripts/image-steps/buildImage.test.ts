import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildImage, ImageStepError, type StepReport } from '../../../scripts/image-steps/buildImage.ts'
import { startProgram } from '../../../scripts/image-steps/program.ts'
import type { CommandSubstitute } from '../../../scripts/image-steps/substitutes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sixteen-steps-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const bases = [
  { image: /^node:(.+)$/, bringsNode: true, reason: 'no registry' },
  { image: /^empty$/, bringsNode: false, reason: 'no registry' },
]
const commands: readonly CommandSubstitute[] = [
  { command: /^echo \w+ > made$/, how: 'run' },
  { command: /^exit 3$/, how: 'run' },
  { command: /^download$/, how: 'replaced', by: 'echo instead > downloaded', reason: 'no network' },
  { command: /^adduser$/, how: 'left out', reason: 'needs root' },
]

const files = {
  '.dockerignore': '*\n!app\n!main.mjs\napp/secret.txt\n',
  'main.mjs': "import './app/part.mjs'\n",
  'app/part.mjs': "console.log(process.cwd(), process.env.MODE, process.env.GIVEN, 'HOST' in process.env)\n",
  'app/secret.txt': 'secret',
  'other.txt': 'other',
}

function build(dockerfile: string) {
  const [context, work] = [join(folder, 'context'), join(folder, 'work')]
  for (const [path, text] of Object.entries({ ...files, Dockerfile: dockerfile })) {
    mkdirSync(dirname(join(context, path)), { recursive: true })
    writeFileSync(join(context, path), text)
  }
  mkdirSync(work)
  const steps: StepReport[] = []
  const image = buildImage({ context, work, bases, commands, report: (step) => steps.push(step) })
  return { image, steps }
}

const whole = `FROM node:${process.versions.node} AS tools
WORKDIR /built
RUN echo here > made && download && adduser
FROM empty
WORKDIR /srv
COPY --from=tools /built/made /usr/local/bin/node ./
COPY app app
COPY main.mjs ./
ENV MODE=production
ENTRYPOINT ["./node", "main.mjs"]
`

test('steps are done in their order, each stage in a folder of its own', () => {
  const { image, steps } = build(whole)
  const at = (path: string) => join(image.root, 'srv', path)
  expect(readFileSync(at('made'), 'utf8')).toBe('here\n')
  expect(readdirSync(at('.')).toSorted()).toEqual(['app', 'made', 'main.mjs', 'node'])
  expect(readdirSync(at('app'))).toEqual(['part.mjs'])
  expect(steps.filter(({ how }) => how !== 'done').map(({ step, how, remark }) => [step, how, remark])).toEqual([
    [`FROM node:${process.versions.node} AS tools`, 'replaced', 'no registry'],
    ['RUN download', 'replaced', 'no network (echo instead > downloaded)'],
    ['RUN adduser', 'left out', 'needs root'],
    ['FROM empty', 'replaced', 'no registry'],
  ])
})

test('a program of the image has its folder and environment, and nothing of ours', async () => {
  const { image } = build(whole)
  process.env.HOST = 'ours'
  const { exitCode, output } = await startProgram(image, image.entryPoint, { GIVEN: 'yes' }).result
  delete process.env.HOST
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: `${join(image.root, 'srv')} production yes false\n` })
})

test('a program that misses a file which was not copied fails', async () => {
  const { image } = build(whole.replace('COPY app app\n', ''))
  const { exitCode, output } = await startProgram(image, image.entryPoint, {}).result
  expect(exitCode).toBe(1)
  expect(output).toContain('Cannot find module')
})

test.each([
  ['RUN apt-get update', 'neither known to be harmless here'],
  ['RUN echo x > made; rm -rf /', 'neither known to be harmless here'],
  ['RUN exit 3', 'exit 3 failed'],
  ['COPY other.txt ./', '.dockerignore keeps it out'],
  ['COPY absent ./', 'is not there'],
  ['COPY --from=absent /a ./', 'there is no such stage'],
  ['FROM debian:12', 'nothing takes the place of debian:12'],
  ['FROM node:1.2.3', 'its Node is 1.2.3'],
])('the step %j stops it, by its line', (step, reason) => {
  expect(() => build(`FROM empty\n${step}\n`)).toThrow(ImageStepError)
  rmSync(join(folder, 'work'), { recursive: true })
  expect(() => build(`FROM empty\n${step}\n`)).toThrow(`Dockerfile, line 2: `)
  rmSync(join(folder, 'work'), { recursive: true })
  expect(() => build(`FROM empty\n${step}\n`)).toThrow(reason)
})

test('a step before the first image stops it', () => {
  expect(() => build('WORKDIR /app\nFROM empty\n')).toThrow('before the first FROM')
})
