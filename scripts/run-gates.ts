/**
 * Everything that must hold before a change is taken: all tests, types, format and lint, dependency rules, text, and
 * that each of these gates can fail. Ends with one line of counts over all of them, and a non-zero exit code when
 * anything failed. A gate that fails does not keep the others from running.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './run-command.ts'
import { countsLine, countTests, sumCounts, type TestCounts } from './test-counts.ts'

interface Gate {
  /** The script of package.json: `npm run <script>`. */
  readonly script: string
  /** It runs vitest: its tests are counted one by one. */
  readonly tests: boolean
  /** Minutes after which it has failed. */
  readonly limit: number
}

const gates: readonly Gate[] = [
  { script: 'types', tests: false, limit: 3 },
  { script: 'lint', tests: false, limit: 2 },
  { script: 'deps', tests: false, limit: 2 },
  { script: 'text', tests: false, limit: 1 },
  { script: 'test', tests: true, limit: 15 },
  { script: 'test:e2e', tests: true, limit: 30 },
  { script: 'test:image-steps', tests: false, limit: 5 },
  { script: 'check:secrets', tests: false, limit: 4 },
  { script: 'gates', tests: false, limit: 5 },
]

const root = join(import.meta.dirname, '..')
const reports = mkdtempSync(join(tmpdir(), 'sixteen-reports-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

async function runGate({ script, tests, limit }: Gate): Promise<TestCounts> {
  const report = join(reports, `${script.replaceAll(':', '-')}.json`)
  const reporters = ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  console.log(`\n== npm run ${script}`)
  const started = performance.now()
  const { exitCode } = await runCommand('npm', ['run', script, ...(tests ? reporters : [])], {
    folder: root,
    limit: limit * 60_000,
    show: true,
  })
  console.log(`== npm run ${script}: exit code ${exitCode}, ${((performance.now() - started) / 1000).toFixed(1)} s`)
  if (tests) return countTests(`npm run ${script}`, readReport(report), exitCode)
  return exitCode === 0
    ? { passed: 1, failed: [], skipped: [] }
    : { passed: 0, failed: [`npm run ${script}`], skipped: [] }
}

const counts: TestCounts[] = []
for (const gate of gates) counts.push(await runGate(gate))
const sum = sumCounts(counts)

console.log('')
for (const name of sum.skipped) console.log(`not run: ${name.replace(`${root}/`, '')}`)
for (const name of sum.failed) console.log(`failed: ${name.replace(`${root}/`, '')}`)
console.log(countsLine(sum))
process.exitCode = sum.failed.length > 0 ? 1 : 0
