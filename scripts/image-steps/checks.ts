/** What the image is asked to do: its commands run, and fail where they have to. */
import { setTimeout } from 'node:timers/promises'
import type { Image } from './buildImage.ts'
import { type ProgramResult, startProgram } from './program.ts'

export interface CheckReport {
  readonly name: string
  /** What was wrong; undefined where nothing was. */
  readonly fault: string | undefined
}

interface Check {
  readonly name: string
  readonly run: () => Promise<ProgramResult>
  readonly exitCode: number
  /** In the output. */
  readonly says: RegExp
}

/** An import that leads to nothing fails in many ways; this is in all messages. */
const missing = /ERR_MODULE_NOT_FOUND|Cannot find (module|package)|is missing from the package|ENOENT/
const patience = { tries: 300, milliseconds: 100 }

/**
 * @param project what a container is told of a project whose run was only begun
 * @param folder that the image's user may write to
 */
export async function checkImage(
  image: Image,
  project: Readonly<Record<string, string>>,
  folder: string,
): Promise<readonly CheckReport[]> {
  const program = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    startProgram(image, words, environment).result
  const onProcessor = { ...project, SIXTEEN_DEVICE: 'cpu' }
  const job = (name: string, environment: Readonly<Record<string, string>>) => () =>
    program([...image.entryPoint, name], environment)
  const noCuda = /CUDA does not work here/
  const checks: readonly Check[] = [
    {
      name: 'doctor --device cpu works',
      run: () => program(['node', 'cli/main.ts', 'doctor', '--device', 'cpu', '--dir', folder]),
      exitCode: 0,
      says: /Generator +avatars, .* is whole/,
    },
    {
      name: 'the health check fails without a GPU, and says so',
      run: () => program(image.healthCheck),
      exitCode: 1,
      says: noCuda,
    },
    { name: 'a job fails without a GPU, and says so', run: job('train', project), exitCode: 1, says: noCuda },
    {
      name: 'no job at all is refused',
      run: () => program(image.entryPoint),
      exitCode: 1,
      says: /give one job: seeds/,
    },
    ...['train', 'generate', 'curate'].map((name) => ({
      name: `the job ${name} ends well`,
      run: job(name, onProcessor),
      exitCode: 0,
      says: /"msg":"the job is done"/,
    })),
    {
      name: 'a bucket is asked for what a job needs',
      // A port where nobody answers: what counts is that the client is there.
      run: job('curate', {
        ...onProcessor,
        SIXTEEN_STORE: 's3://sixteen-image-steps',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
        AWS_MAX_ATTEMPTS: '1',
      }),
      exitCode: 1,
      says: /sixteen-image-steps/,
    },
    {
      name: 'the server answers, and ends when it is told to',
      run: () => serveOnce(image, folder),
      exitCode: 0,
      says: /"status":"UP"/,
    },
  ]
  const reports: CheckReport[] = []
  for (const { name, run, exitCode, says } of checks) {
    const result = await run()
    const asExpected = result.exitCode === exitCode && says.test(result.output) && !missing.test(result.output)
    const fault = `exit code ${result.exitCode}, not ${exitCode} with ${says}:\n${result.output.slice(-3000)}`
    reports.push({ name, fault: asExpected ? undefined : fault })
  }
  return reports
}

/** @returns its words, and what it answered */
async function serveOnce(image: Image, folder: string): Promise<ProgramResult> {
  const words = ['node', 'cli/main.ts', 'serve', '--port', '0', '--data', `${folder}/served`]
  const { child, result, output } = startProgram(image, words, { SIXTEEN_DEVICE: 'cpu' })
  let answers = ''
  for (let left = patience.tries; left > 0 && child.exitCode === null && answers === ''; left--) {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0]
    if (address === undefined) await setTimeout(patience.milliseconds)
    else answers = await readAll(address)
  }
  child.kill('SIGTERM')
  const { exitCode, output: words_ } = await result
  return { exitCode, output: `${words_}\n${answers}` }
}

/** Health, and the first page. */
async function readAll(address: string): Promise<string> {
  try {
    const answers = await Promise.all(['/health', '/', '/docs'].map((path) => fetch(`${address}${path}`)))
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    return answers.map((answer, index) => `${answer.status} ${texts[index]?.slice(0, 200)}`).join('\n')
  } catch (error) {
    return `no answer: ${String(error)}`
  }
}
