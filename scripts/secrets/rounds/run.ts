/** A whole run whose end Label Studio refuses, so that the reason gets into the run's record and onto its pages. */
import { mkdir } from 'node:fs/promises'
import { z } from 'zod'
import { paintingOf, regionsOf } from '../../../test/e2e/support/annotator.ts'
import { basic } from '../asking.ts'
import { refusals } from '../refusals.ts'
import { keepFiles } from '../storedFiles.ts'
import { type Round, startServing } from './serving.ts'

const FailedRun = z.object({
  error: z.object({ message: z.string().regex(/Label Studio/), phase: z.literal('publish') }),
})

/** The server is the one of the e2e tests: `sixteen serve`, but with trainings of a second. */
export async function checkRun(round: Round): Promise<void> {
  const { canaries, evidence, fake, folder } = round
  await mkdir(folder, { recursive: true })
  const refusal = refusals.find(({ name }) => name.startsWith('403'))
  const project = fake.addProject(refusal && { stage: 'publish', refusal })
  const options = {
    folder,
    port: 0,
    accessKey: canaries.accessKey.value,
    labelStudio: { address: fake.address, token: canaries.legacyToken.value },
    huggingFaceToken: canaries.huggingFaceToken.value,
    defaults: {
      settings: { members: 2, samplesPerRun: 10, shardSize: 5, truncation: 1 },
      life: { seedCount: 3, debounceSeconds: 0, publishShare: 0.5, seedPool: { from: 100, size: 3 } },
    },
    leaseSeconds: 4,
  }
  const { name, program, asker, tell } = await startServing(round, {
    name: 'a server with a run',
    script: 'test/e2e/support/serveProcess.ts',
    arguments: [JSON.stringify(options)],
    env: {},
  })
  try {
    await tell(project)
    await program.said(/"work":"seeds".*work is done/)
    await fake.projects
      .get(project)
      ?.annotate(async (sample) => regionsOf(await paintingOf(Number(/-s(\d+)-/.exec(sample)?.[1]))))
    await tell(project, 'ANNOTATION_CREATED')
    await program.said(/"work":"sixteen-v1".*work failed/)
    const api = `/api/projects/label-studio/${project}`
    const headers = basic(canaries.accessKey.value)
    const get = (path: string) => asker.ask({ what: `GET ${path}`, path, headers, answers: [200] })
    FailedRun.parse(JSON.parse(await get(`${api}/runs/sixteen-v1`)))
    for (const path of [api, `${api}/runs`, '/api/projects', `/projects/label-studio-${project}`, '/', '/metrics'])
      await get(path)
  } finally {
    await program.stop()
  }
  await keepFiles(name, folder, evidence)
}
