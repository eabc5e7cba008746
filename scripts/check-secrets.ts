/**
 * `npm run check:secrets`: no secret comes out. Runs our programs with secrets made up for the occasion, before a Label
 * Studio and a Hugging Face endpoint that repeat them in their answers, asks everything, and then looks for the secrets
 * in all logs, answers and stored objects. `-- --only server|personal-token|run|commands` does a part; then
 * secrets that were not used are no finding.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { avatarConfig } from '../test/e2e/support/annotator.ts'
import { makeCanaries } from './secrets/canaries.ts'
import { CheckError, gatherEvidence } from './secrets/evidence.ts'
import { startFakeHub } from './secrets/fakeHub.ts'
import { startFakeLabelStudio } from './secrets/fakeLabelStudio.ts'
import { checkCommands } from './secrets/rounds/commands.ts'
import { checkPersonalToken } from './secrets/rounds/personalToken.ts'
import { checkRun } from './secrets/rounds/run.ts'
import { checkServer } from './secrets/rounds/server.ts'
import type { Round } from './secrets/rounds/serving.ts'
import { openSearch } from './secrets/search.ts'

const { values: options } = parseArgs({ options: { only: { type: 'string' } } })
const started = performance.now()
const canaries = makeCanaries(randomBytes)
const evidence = gatherEvidence(openSearch(canaries.all), canaries.all)
const folder = await mkdtemp(join(tmpdir(), 'sixteen-secrets-'))
const hub = await startFakeHub(canaries.huggingFaceToken, evidence)
const fake = await startFakeLabelStudio(canaries, evidence, avatarConfig)
// Projects 1 and 2 are there before all others.
for (const _ of ['1', '2']) fake.addProject()
const round = (name: string): Round => {
  return { canaries, evidence, fake, hub, folder: join(folder, name), labelConfig: avatarConfig }
}
const rounds = {
  server: checkServer,
  'personal-token': checkPersonalToken,
  run: checkRun,
  commands: checkCommands,
}

const chosen = Object.entries(rounds).filter(([name]) => (options.only ?? name) === name)
function explain(reason: unknown): string {
  const text = reason instanceof CheckError ? reason.message : inspect(reason)
  return evidence.isClean(text) ? text : 'it failed, with a secret in the reason'
}

const findings = chosen.length === 0 ? [`there is no round ${options.only}`] : []
try {
  const ends = await Promise.allSettled(chosen.map(([name, check]) => check(round(name))))
  for (const [index, end] of ends.entries())
    if (end.status === 'rejected') findings.push(`${chosen[index]?.[0]}: ${explain(end.reason)}`)
} finally {
  await Promise.all([fake.close(), hub.close()])
  await rm(folder, { recursive: true, force: true })
}
findings.push(...(options.only === undefined ? evidence.findings() : evidence.leaks()))
for (const finding of findings) console.error(finding)
const counts = (['log line', 'response', 'stored object'] as const).map(
  (source) => `${evidence.count(source)} ${source}s`,
)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
const verdict = findings.length === 0 ? 'no secret' : `${findings.length} findings`
console.log(`${counts.join(', ')}, ${canaries.all.length} secrets, ${seconds} s: ${verdict}`)
process.exitCode = findings.length === 0 ? 0 : 1
