/** `sixteen serve` before a Label Studio that refuses in all ways, asked everything that can be asked. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { basic } from '../asking.ts'
import { CheckError } from '../evidence.ts'
import { draftsForAllAnswers } from '../fakeHub.ts'
import { changes, narrowQuestions, openQuestions } from '../questions/api.ts'
import { brokenCalls, type Door, labelStudioCalls } from '../questions/labelStudio.ts'
import { rawRequests, strayKeys, wrongKeys } from '../questions/strangers.ts'
import { refusals } from '../refusals.ts'
import { keepFiles } from '../storedFiles.ts'
import { type Round, type Serving, startSixteen } from './serving.ts'

/** Refusals of the import of the seeds; after others it would be waited for long. */
const importsRefused = /^(401|400 with the token across character 600)/

/** With a token that has no shape to know it by; projects 1 and 2 are those where all is well. */
export async function checkServer(round: Round): Promise<void> {
  const { canaries, evidence, fake, folder, hub } = round
  const serving = await startSixteen(round, canaries.chosenToken, draftsForAllAnswers)
  const { program, asker, tell, saidOf } = serving
  try {
    const unreadable = refusals.map((refusal) => fake.addProject({ stage: 'read', refusal }))
    const closed = refusals
      .filter(({ name }) => importsRefused.test(name))
      .map((refusal) => fake.addProject({ stage: 'import', refusal }))
    for (const project of ['1', ...unreadable, '2', ...closed]) await tell(project)
    await askAsOthers(round, serving)

    for (const project of unreadable) await saidOf(project, 'tried again later|the platform refuses')
    for (const project of closed) await saidOf(project, 'work failed')
    for (const project of ['1', '2']) await saidOf(project, 'work is done')
    if (hub.asked() < draftsForAllAnswers) throw new CheckError(`only ${hub.asked()} drafts were asked for`)
    for (const question of changes(canaries, '1')) await asker.ask(question)
    for (const project of closed) await showFailure(round, serving, project)
    const names = ['1', '2', ...closed].map((project) => `label-studio-${project}`)
    for (const question of openQuestions(canaries, names)) await asker.ask(question)
    for (const question of narrowQuestions(canaries, '1', '2')) await asker.ask(question)
    for (const question of narrowQuestions(canaries, '2', '1')) await asker.ask(question)
    await askOfBrokenRecords(round, serving)
    await keepFiles(`${serving.name}, while it runs`, folder, evidence)
  } finally {
    await program.stop()
  }
  await keepFiles(serving.name, folder, evidence)
}

/** What Label Studio asks, in good order and not, and what strangers ask. */
async function askAsOthers({ canaries, labelConfig }: Round, { asker }: Serving): Promise<void> {
  const key = canaries.accessKey.value
  const inPath: Door = { name: 'with the access key in its path', prefix: `/k/${encodeURI(key)}`, headers: {} }
  const doors: readonly Door[] = [
    { name: 'with the access key as password', prefix: '', headers: basic(key) },
    inPath,
    {
      name: 'with the key of project 1 in its path',
      prefix: `/k/${canaries.projectKeys.get('1')?.value}`,
      headers: {},
    },
  ]
  for (const door of doors)
    for (const question of labelStudioCalls(canaries, door, '1', labelConfig)) await asker.ask(question)
  for (const question of brokenCalls(canaries, inPath, '1')) await asker.ask(question)
  for (const question of wrongKeys(canaries, '1')) await asker.ask(question)
  for (const question of strayKeys(key)) await asker.ask(question)
  for (const { what, text } of rawRequests(key)) await asker.askRaw(what, text)
}

/** Requests that fail for a reason of ours: all of the error gets into the log. */
async function askOfBrokenRecords({ canaries, folder, labelConfig }: Round, { asker }: Serving): Promise<void> {
  const project = '77'
  const keys = projectKeys('label-studio', project)
  for (const key of [keys.project, keys.serving]) {
    const path = join(folder, 'store', key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, '{"half": ')
  }
  const key = canaries.accessKey.value
  const door = { name: 'on broken records', prefix: `/k/${encodeURI(key)}`, headers: {} }
  const calls = labelStudioCalls(canaries, door, project, labelConfig)
  const failing = calls.filter(({ path }) => /\/(setup|predict)$/.test(path))
  for (const question of failing) await asker.ask({ ...question, answers: [200, 500] })
  const api = `/api/projects/label-studio/${project}?key=${canaries.wrong.query.value}`
  const headers = basic(key)
  for (const path of [api, `/projects/label-studio-${project}`, '/api/projects'])
    await asker.ask({ what: `GET ${path.split('?')[0]} of broken records`, path, headers, answers: [200, 500] })
}

/** What went wrong with the seeds is told at the next look. */
async function showFailure({ canaries }: Round, { program, asker, tell, saidOf }: Serving, project: string) {
  const before = program.heard()
  await tell(project)
  await saidOf(project, 'looked at the project', before)
  const path = `/api/projects/label-studio/${project}`
  const headers = basic(canaries.accessKey.value)
  const shown = await asker.ask({ what: `GET ${path}`, path, headers, answers: [200] })
  if (!shown.includes('seeds-failed')) throw new CheckError(`${path} does not say that its seeds failed`)
}
