/** Commands that fail in every way that a token, a key or an address can make them fail. */
import { createServer } from 'node:net'
import type { Canaries } from '../canaries.ts'
import { CheckError } from '../evidence.ts'
import type { FakeLabelStudio } from '../fakeLabelStudio.ts'
import { startProgram } from '../program.ts'
import { refusals } from '../refusals.ts'
import { keepFiles } from '../storedFiles.ts'
import type { Round } from './serving.ts'

interface Command {
  readonly what: string
  readonly arguments: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly exitCode: number
}

/** Of the same code that explains all of them, only these meet a person at the command line first. */
const refusedHere = /^(400 with the token across character 600|400 with the header URL-encoded|500)/
/** Commands that run at the same time: most of their time is waiting. */
const atOnce = 4

/** Runs them all. @throws CheckError where one ends otherwise than it should */
export async function checkCommands({ canaries, fake, evidence, folder }: Round): Promise<void> {
  const line = [...(await commands(canaries, fake, folder))].values()
  const work = async (): Promise<void> => {
    for (const { what, arguments: given, env = {}, exitCode } of line) {
      const program = startProgram({ name: what, script: 'cli/main.ts', arguments: given, env, evidence })
      const ended = await program.ended
      evidence.sent([...given, ...Object.values(env)].join('\n'), 'refused')
      if (ended !== exitCode) throw new CheckError(`${what} ended with ${ended}, not ${exitCode}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  await keepFiles('sixteen serve, a port that is taken', folder, evidence)
}

async function commands(canaries: Canaries, fake: FakeLabelStudio, folder: string): Promise<readonly Command[]> {
  const { wrong, accessKey, legacyToken, chosenToken, personalToken } = canaries
  const backend = ['--backend', 'http://127.0.0.1:9']
  const connect = (what: string, project: string, more: Partial<Command> = {}): Command => ({
    what: `sixteen connect, ${what}`,
    exitCode: 1,
    ...more,
    arguments: ['connect', '--url', fake.address, '--project', project, ...backend, ...(more.arguments ?? [])],
    env: { SIXTEEN_ACCESS_KEY: accessKey.value, LABEL_STUDIO_TOKEN: legacyToken.value, ...more.env },
  })
  const elsewhere = (url: string) => ({ arguments: ['--url', url] })
  const project = fake.addProject()
  const refused = refusals
    .filter(({ name }) => refusedHere.test(name))
    .map((refusal) => connect(refusal.name, fake.addProject({ stage: 'connect', refusal })))
  const { host } = new URL(fake.address)
  return [
    connect('a host that is not there', project, elsewhere(`http://127.0.0.1:${await unusedPort()}`)),
    ...refused,
    connect('a wrong token', project, { arguments: ['--token', wrong.token.value] }),
    connect('a wrong personal token', project, { env: { LABEL_STUDIO_TOKEN: wrong.webToken.value } }),
    connect('a personal token where no backend answers', project, { env: { LABEL_STUDIO_TOKEN: personalToken.value } }),
    connect('the token of five minutes', project, { env: { LABEL_STUDIO_TOKEN: canaries.accessToken.value } }),
    connect('a chosen token, as JSON', project, {
      arguments: ['--json'],
      env: { LABEL_STUDIO_TOKEN: chosenToken.value },
    }),
    connect('token and address mixed up', project, elsewhere(legacyToken.value)),
    connect('a backend with a key in its query', project, {
      arguments: ['--backend', `http://127.0.0.1:9/?key=${wrong.query.value}`],
      env: { SIXTEEN_ACCESS_KEY: '' },
    }),
    connect('a backend with a password', project, {
      arguments: ['--backend', `http://someone:${wrong.urlPassword.value}@127.0.0.1:9`, '--replaces', 'http://b.c'],
    }),
    connect('a backend with a key that is no address', project, {
      arguments: ['--backend', `sixteen/k/${wrong.key.value}`],
    }),
    connect('no such project', '999', { exitCode: 2 }),
    {
      what: 'sixteen serve, an address full of secrets, and no token',
      arguments: [
        'serve',
        '--label-studio',
        `http://someone:${wrong.urlPassword.value}@${host}/?api_key=${wrong.query.value}`,
      ],
      exitCode: 2,
    },
    {
      what: 'sixteen serve, a port that is taken',
      arguments: ['serve', '--data', folder, '--port', new URL(fake.address).port],
      env: {
        SIXTEEN_ACCESS_KEY: accessKey.value,
        LABEL_STUDIO_URL: fake.address,
        LABEL_STUDIO_TOKEN: chosenToken.value,
      },
      exitCode: 1,
    },
  ]
}

/** A port at which nobody listens. */
async function unusedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new CheckError('there is no port to be had')
  return address.port
}
