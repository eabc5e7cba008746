/** What the rounds with a server have in common. */
import { mkdir, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Asker, basic, openAsker } from '../asking.ts'
import type { Canaries, Canary } from '../canaries.ts'
import type { Evidence } from '../evidence.ts'
import type { FakeHub } from '../fakeHub.ts'
import type { FakeLabelStudio } from '../fakeLabelStudio.ts'
import { type Program, type ProgramOptions, startProgram } from '../program.ts'

/** What a round works with. */
export interface Round {
  readonly canaries: Canaries
  readonly evidence: Evidence
  readonly fake: FakeLabelStudio
  readonly hub: FakeHub
  /** It may be absent. */
  readonly folder: string
  /** Of all projects. */
  readonly labelConfig: string
}

export interface Serving {
  readonly name: string
  readonly program: Program
  readonly asker: Asker
  /** Sends a webhook, so that the project is looked at. @param action what happened there */
  tell(project: string, action?: string): Promise<void>
  /** Resolves when the log says something of a project. @param since see `Program.said` */
  saidOf(project: string, what: string, since?: number): Promise<string>
}

const Serves = z.object({ address: z.string() })

/** Starts a server, and waits until it serves. It has the access key. */
export async function startServing(
  { canaries, evidence }: Round,
  options: Omit<ProgramOptions, 'evidence'>,
): Promise<Serving> {
  const { name } = options
  const program = startProgram({ ...options, evidence })
  const { address } = Serves.parse(JSON.parse(await program.said(/"sixteen serves"/)))
  const asker = openAsker(name, address, evidence)
  return {
    name,
    program,
    asker,
    async tell(project, action = 'PROJECT_UPDATED') {
      await asker.ask({
        what: `POST /webhook of project ${project}`,
        method: 'POST',
        path: '/webhook',
        headers: basic(canaries.accessKey.value),
        body: JSON.stringify({ action, project: { id: Number(project) } }),
        answers: [200],
      })
    },
    saidOf: (project, what, since) =>
      program.said(new RegExp(`"project":"(projects/label-studio-)?${project}/?".*(${what})`), since),
  }
}

/**
 * Starts the server that people start: `sixteen serve`.
 * @param token with which it asks Label Studio
 * @param seeds samples of each project; every one is drafted at Hugging Face
 */
export async function startSixteen(round: Round, token: Canary, seeds: number): Promise<Serving> {
  const { canaries, fake, hub, folder } = round
  await mkdir(folder, { recursive: true })
  const defaults = `${folder}.json`
  const drafts = { model: 'someone/parts', endpoint: hub.address, labels: {} }
  const life = { seedCount: seeds, seedPool: { from: 100, size: seeds }, drafts }
  await writeFile(defaults, JSON.stringify({ settings: {}, life }))
  return await startServing(round, {
    name: `sixteen serve with ${token.name}`,
    script: 'cli/main.ts',
    arguments: ['serve', '--data', folder, '--port', '0', '--threads', '1', '--defaults', defaults],
    env: {
      SIXTEEN_ACCESS_KEY: canaries.accessKey.value,
      LABEL_STUDIO_URL: `${fake.address}/?api_key=${canaries.wrong.query.value}`,
      LABEL_STUDIO_TOKEN: token.value,
      HF_TOKEN: canaries.huggingFaceToken.value,
    },
  })
}
