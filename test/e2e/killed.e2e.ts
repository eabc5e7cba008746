import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localPhases, openFileStore } from '../../functions/local.ts'
import { getJson } from '../../integrations/storage/index.ts'
import { Run } from '../../schemas/run.ts'
import type { Told } from '../functions/killedRun.ts'
import { datasetOf, makeTinyProject, tinyKeys } from '../functions/tinyProject.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-killed-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly told: readonly Told[]
}

/** Runs until the end, or until a moment at which the process is killed without warning. */
function runUntil(store: string, moment: (told: Told) => boolean = () => false): Promise<End> {
  const child = fork(join(import.meta.dirname, '../functions/killedRun.ts'), [store], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  const heard: Told[] = []
  return new Promise((resolve, reject) => {
    child.on('message', (message: Told) => {
      heard.push(message)
      if (moment(message)) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve({ code, signal, told: heard }))
  })
}

const moments: readonly (readonly [string, (told: Told) => boolean])[] = [
  ['while features are read', ({ task, done }) => task === 'reading features' && done === 2],
  ['while the interpreter is trained', ({ task, done }) => task === 'training the interpreter' && done === 10],
  ['as distilling begins', ({ phase, task }) => phase === 'distil' && task === 'begin'],
  ['while the student is trained', ({ task, done }) => task === 'training the student' && done === 10],
  ['while images are generated', ({ task, done }) => task === 'generating labelled images' && done >= 4],
  ['as images are curated', ({ phase, task }) => phase === 'curate' && task === 'begin'],
  ['while it is evaluated', ({ phase, done }) => phase === 'evaluate' && done === 1],
  ['while the report is made', ({ phase, done }) => phase === 'report' && done === 1],
]

test('a run that is killed in every phase ends with the bytes of one that never was', async () => {
  const [killed, undisturbed] = [join(folder, 'killed'), join(folder, 'undisturbed')]
  for (const place of [killed, undisturbed]) await makeTinyProject(await openFileStore(place))
  expect(await runUntil(undisturbed)).toMatchObject({ code: 0 })
  for (const [name, moment] of moments) expect((await runUntil(killed, moment)).signal, name).toBe('SIGKILL')
  const { code, told } = await runUntil(killed)
  expect(code).toBe(0)
  expect(told.filter(({ task }) => task.startsWith('training the'))).toEqual([])
  const store = await openFileStore(killed)
  const expected = await datasetOf(await openFileStore(undisturbed))
  const dataset = await datasetOf(store)
  expect([...dataset.keys()]).toEqual([...expected.keys()])
  for (const [key, bytes] of expected) expect(dataset.get(key) === bytes, key).toBe(true)
  expect([...dataset.keys()].map((key) => key.split('/')[4])).toEqual(
    expect.arrayContaining(['factory.onnx', 'interpreter.safetensors', 'student.safetensors', 'manifest.json']),
  )
  const run = (await getJson(store, tinyKeys.run('sixteen-v1').run, Run))?.value
  expect(run?.state).toBe('done')
  expect(run?.phases.map(({ name }) => name)).toEqual(localPhases)
})

test('a killed training goes on from its last checkpoint, not from its first step', async () => {
  const place = join(folder, 'resumed')
  await makeTinyProject(await openFileStore(place))
  const atFifteen = ({ task, done }: Told): boolean => task === 'training the interpreter' && done === 15
  const trained = ({ phase, task }: Told): boolean => phase === 'train' && task === 'end'
  await runUntil(place, atFifteen)
  const { told } = await runUntil(place, trained)
  const steps = told.filter(({ task }) => task === 'training the interpreter').map(({ done }) => done)
  expect(steps.at(-1)).toBe(20)
  expect(steps[0]).toBeGreaterThan(10)
})
