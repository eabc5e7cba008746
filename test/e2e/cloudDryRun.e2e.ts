/**
 * The whole deployment with its real pieces: functions and containers are processes with the environment and in the order
 * that the synthesized template gives, Label Studio is a real server, and moto stands for AWS.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ListExecutionsCommand } from '@aws-sdk/client-sfn'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { projectKey } from '../../functions/edge/access.ts'
import { openS3Store } from '../../integrations/storage/s3.ts'
import { type LabelStudioServer, startLabelStudio } from '../../scripts/label-studio-server.ts'
import { openSearch } from '../../scripts/secrets/search.ts'
import { objectsOf } from '../functions/tinyProject.ts'
import { type Annotator, annotatorOf } from './support/annotator.ts'
import { type Cloud, openCloud } from './support/cloud/cloud.ts'
import { describeExecution } from './support/cloud/deployment.ts'
import { samplesOf } from './support/loop.ts'
import { sixteen } from './support/sixteen.ts'
import { makeWorkplace, type Workplace } from './support/workplace.ts'

const accessKey = randomBytes(24).toString('hex')
/** A project that is small and impatient: three seeds, twelve images in four shards, a segmenter that learns little. */
const defaults = {
  settings: {
    ...{ members: 2, samplesPerRun: 12, shardSize: 3, truncation: 1 },
    segmenter: { steps: 4, interval: 2, batch: 2, width: 32, height: 32, outputStride: 16 },
  },
  life: { seedCount: 3, debounceSeconds: 1, publishShare: 0.5, retrainAfter: 1, seedPool: { from: 100, size: 3 } },
}

let workplace: Workplace
let labelStudio: LabelStudioServer
let annotator: Annotator
let cloud: Cloud
let project: string

beforeAll(async () => {
  workplace = await makeWorkplace('cloud-dry-run')
  labelStudio = await startLabelStudio({
    dataFolder: join(workplace.folder, 'label-studio'),
    validatePredictions: true,
  })
  annotator = annotatorOf(labelStudio)
  cloud = await openCloud({
    options: { labelStudioUrl: labelStudio.address, largestArray: '2', defaults: JSON.stringify(defaults) },
    secrets: { SecretsAccessKey: accessKey, SecretsLabelStudioToken: labelStudio.token },
  })
})
afterAll(async () => {
  await cloud?.close()
  await labelStudio?.stop()
  await workplace?.remove()
})

/** Calls the web app as a person does. */
function ask(method: string, path: string, body?: object): Promise<Response> {
  const headers = {
    authorization: `Basic ${Buffer.from(`me:${accessKey}`).toString('base64')}`,
    'content-type': 'application/json',
  }
  const given = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(cloud.address + path, { method, headers, ...given })
}
/** Calls the API of the project. */
async function api(method: string, path: string, body?: object) {
  const answer = await ask(method, `/api/projects/label-studio/${project}${path}`, body)
  return { status: answer.status, body: await answer.json() }
}
const Runs = z.object({ runs: z.array(z.object({ version: z.string(), state: z.string() })) })
async function runs() {
  return Runs.parse((await api('GET', '/runs')).body).runs.map(({ version, state }) => ({ version, state }))
}

/** Names of executions with what became of them, in order of their names. */
async function executions(): Promise<readonly string[]> {
  const { stateMachineArn } = cloud.deployment
  const { executions: all = [] } = await cloud.clients.states.send(new ListExecutionsCommand({ stateMachineArn }))
  return all.map(({ name, status }) => `${name} ${status}`).toSorted()
}
async function succeeds(name: string): Promise<void> {
  const look = () => describeExecution(cloud.clients, cloud.deployment.stateMachineArn, name)
  await expect.poll(async () => (await look()).status, { timeout: 10_000 }).toBe('SUCCEEDED')
}

/** What the steps' function says at the end of work. */
const done = (work: string) =>
  cloud.lines.said(new RegExp(`^steps: .*"label-studio-${project}".*${work}.*"work is done"`))
/** What the newest look found. */
const lastLook = (): unknown => {
  const line = cloud.lines.all.findLast((one) => /^reactor: .*"looked at the project"/.test(one)) ?? ''
  return JSON.parse(line.replace('reactor: ', ''))
}

test('a project that is connected gets its seeds', async () => {
  project = await annotator.createProject('Faces')
  const shown = done('"work":"seeds"')
  const { code, stdout, stderr } = await sixteen(
    ['connect', '--url', labelStudio.address, '--project', project, '--backend', cloud.address],
    { env: { LABEL_STUDIO_TOKEN: labelStudio.token, SIXTEEN_ACCESS_KEY: accessKey } },
  )
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining('Connected.') })
  await shown
  await succeeds(`label-studio-${project}-seeds-1`)
  expect(samplesOf(await annotator.seeds(project))).toEqual([100, 101, 102].map((seed) => `avatars-s${seed}-t1`))
})

test('painted seeds become a run, even where a container is taken away: every image is published once', async () => {
  const { containers } = cloud
  const finished = done('"run":"sixteen-v1"')
  containers.takeAway('generate-1', /\/images\/avatars-s1004-/)
  for (const seed of await annotator.seeds(project)) await annotator.paint(seed)
  await finished
  await succeeds(`label-studio-${project}-sixteen-v1-1`)

  const run = containers.attempts.filter(({ version }) => version === 'sixteen-v1')
  expect(run.map(({ command }) => command)).toEqual([
    'train',
    'generate',
    'generate',
    'generate',
    'curate',
    'publish',
    'evaluate',
  ])
  const [lost, ...others] = run.filter(({ command, index }) => command === 'generate' && index === '1')
  expect(lost?.signal).toBe('SIGKILL')
  expect(others.map(({ code }) => code)).toEqual([0])
  const whole = run.find(({ command, index }) => command === 'generate' && index === '0')
  // Both were at work at once.
  expect(whole?.began).toBeLessThan(lost?.ended ?? 0)
  expect(lost?.began).toBeLessThan(whole?.ended ?? 0)

  expect(await runs()).toEqual([{ version: 'sixteen-v1', state: 'done' }])
  const generated = await annotator.generated(project)
  // Of twelve images eleven are kept, and half of them published.
  expect(generated).toHaveLength(6)
  expect(new Set(samplesOf(generated)).size).toBe(6)
  for (const { predictions } of await annotator.tasks(project))
    expect(predictions.map(({ model_version }) => model_version)).toEqual(['sixteen-v1'])
  expect(await annotator.project(project)).toMatchObject({ model_version: 'sixteen-v1' })
})

test('a webhook that tells of paintings as they are starts nothing', async () => {
  await cloud.untilQuiet()
  const before = await executions()
  const looks = cloud.lines.all.length
  const [seed] = await annotator.seeds(project)
  const [annotation] = z
    .array(z.object({ id: z.int(), result: z.array(z.looseObject({})) }))
    .parse(await annotator.call('GET', `/api/tasks/${seed?.id}/annotations/`))
  const told = cloud.lines.said(/^edge: .*"route":".*\/webhook"/)
  await annotator.changeAnnotation(annotation?.id ?? 0, annotation?.result ?? [])
  await told
  await cloud.untilQuiet()
  expect(cloud.lines.all.slice(looks)).toContainEqual(expect.stringContaining('looked at the project'))
  expect(lastLook()).toMatchObject({ next: 'painting', changes: 0 })
  expect(await executions()).toEqual(before)
})

test('a task with an image of somebody’s own gets its prediction when a job has labelled it', async () => {
  const file = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#c08060' } })
    .png()
    .toBuffer()
  const image = `data:image/png;base64,${file.toString('base64')}`
  const before = new Set((await annotator.tasks(project)).map(({ id }) => id))
  await annotator.call('POST', `/api/projects/${project}/import`, [{ data: { image } }])
  const isNew = ({ id }: { readonly id: number }): boolean => !before.has(id)
  const task = (await annotator.tasks(project)).find(isNew)?.id
  await cloud.untilQuiet()
  const labelled = done('"work":"predictions"')
  // Opened by a person, who is not kept waiting: the web app has nothing to label with.
  expect(await annotator.call('GET', `/api/tasks/${task}/`)).toMatchObject({ predictions: [] })
  await labelled
  await succeeds(`label-studio-${project}-predictions-1`)
  await cloud.untilQuiet()
  const predictions = (await annotator.tasks(project)).find(isNew)?.predictions
  expect(predictions?.map(({ model_version }) => model_version)).toEqual(['sixteen-v1'])
  expect((await executions()).filter((name) => name.includes('predictions'))).toHaveLength(1)
})

test('the web app shows what there is, and takes what people ask for', async () => {
  const before = await executions()
  const run = `/api/projects/label-studio/${project}/runs/sixteen-v1`
  for (const path of ['/', `/projects/label-studio-${project}`, '/projects/live', `${run}/report`])
    expect([path, (await ask('GET', path)).status]).toEqual([path, 200])
  const [sample] = samplesOf(await annotator.generated(project))
  for (const kind of ['images', 'labels']) {
    const picture = await ask('GET', `${run}/${kind}/${sample}.png`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    const { width, height } = await sharp(await picture.arrayBuffer()).metadata()
    expect({ width, height }).toEqual({ width: 128, height: 128 })
  }
  expect((await fetch(cloud.address)).status).toBe(401)
  expect(await api('PATCH', '/settings', { life: { publishShare: 0.6 } })).toMatchObject({
    status: 200,
    body: { life: { publishShare: 0.6, retrainAfter: 1 } },
  })
  expect((await api('POST', '/start')).status).toBe(202)
  expect((await api('PUT', '/serving', { version: 'sixteen-v1' })).status).toBe(202)
  await cloud.untilQuiet()
  // Nothing was painted since.
  expect(await executions()).toEqual(before)
  expect(await annotator.project(project)).toMatchObject({ model_version: 'sixteen-v1' })
})

test('a run that a person stops is stopped, and stays so', async () => {
  const training = cloud.lines.said(/^train: .*"run":"sixteen-v2".*"the job begins"/)
  const [corrected] = await annotator.generated(project)
  if (corrected !== undefined) await annotator.submitPrediction(corrected)
  await training
  expect(await api('POST', '/runs/sixteen-v2/stop')).toEqual({ status: 202, body: { status: 'stopping' } })
  const stopped = `label-studio-${project}-sixteen-v2-1 ABORTED`
  expect(await executions()).toContain(stopped)
  await cloud.containers.terminate()
  expect(cloud.containers.attempts.at(-1)).toMatchObject({ command: 'train', version: 'sixteen-v2', code: 1 })
  const both = [
    { version: 'sixteen-v1', state: 'done' },
    { version: 'sixteen-v2', state: 'stopped' },
  ]
  expect(await runs()).toEqual(both)

  await cloud.untilQuiet()
  const before = await executions()
  await cloud.timer.invoke({})
  await cloud.untilQuiet()
  expect(lastLook()).toMatchObject({ next: 'painting', changes: 0 })
  expect(await executions()).toEqual(before)
  expect(await runs()).toEqual(both)
  expect((await api('POST', '/runs/sixteen-v2/stop')).status).toBe(409)
})

test('no secret stands in a log, in the store or in what executions were given', async () => {
  const macOf = (key: string) => key.slice(key.lastIndexOf('.') + 1)
  const key = projectKey(accessKey, 'label-studio', project)
  const canaries = {
    key: [accessKey],
    'project key': [macOf(key)],
    token: [labelStudio.token],
    password: [labelStudio.password],
  }
  const search = openSearch(
    Object.entries(canaries).map(([name, secrets]) => ({ name, value: name, secrets, purpose: 'let in' as const })),
  )
  // It finds what is there.
  expect(search.leaksIn(`Token ${labelStudio.token}`)).toHaveLength(1)
  for (const name of ['edge', 'reactor', 'steps', 'seeds', 'train', 'generate-0', 'publish', 'evaluate', 'predict'])
    expect(cloud.lines.all.filter((line) => line.startsWith(`${name}: `))).not.toEqual([])
  expect(cloud.lines.all.flatMap((line) => (search.leaksIn(line).length > 0 ? [search.leaksIn(line)] : []))).toEqual([])

  const store = openS3Store({ client: cloud.clients.s3, bucket: cloud.deployment.bucket })
  const objects = await objectsOf(store)
  expect(objects.size).toBeGreaterThan(50)
  for (const [name, content] of objects)
    expect([name, search.leaksIn(name), search.leaksIn(Buffer.from(content, 'base64'))]).toEqual([name, [], []])
  expect(search.leaksIn(JSON.stringify(cloud.told))).toEqual([])
})

test('every call of AWS is one that the role of its caller allows', () => {
  const actions = cloud.calls.actions()
  expect(new Set(actions.map(({ by }) => by))).toEqual(new Set(Object.keys(roles)))
  const forbidden = actions.filter(({ by, ...action }) => !cloud.policies.allow(roles[by] ?? '', action))
  expect(forbidden).toEqual([])
})

/** Beginnings of the ids of roles, by who bears them. */
const roles: Readonly<Record<string, string>> = {
  edge: 'EdgeAppRole',
  reactor: 'ReactorRole',
  steps: 'WorkflowStepsRole',
  timer: 'ReactorTimerRole',
  container: 'FleetJobRole',
}
