/**
 * `npm run gates`: a gate that cannot fail guards nothing. In a copy of the project this plants one defect for each gate
 * and asserts that the gate ends badly and names what was planted.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from './run-command.ts'

interface Defect {
  readonly what: string
  /** Arguments of `npm run`. */
  readonly gate: readonly string[]
  /** Takes the place of what is there, if anything is, until the gate has ended. */
  readonly file: string
  readonly content: string
  /** What the gate must say; by default the file's name. */
  readonly says?: string
}

const minute = 60_000
const failing = "import { expect, it } from 'vitest'\nit('fails', () => expect(1).toBe(2))\n"
const unhandled = "import { it } from 'vitest'\nit('passes', () => {\n  Promise.reject(new Error('nobody waits'))\n})\n"

const defects: readonly Defect[] = [
  { what: 'a failing unit test', gate: ['test', '--', 'planted'], file: 'test/planted.test.ts', content: failing },
  {
    what: 'a failing contract test',
    gate: ['test', '--', 'planted'],
    file: 'test/planted.contract.ts',
    content: failing,
  },
  {
    what: 'a failing e2e test',
    gate: ['test:e2e', '--', 'planted'],
    file: 'test/e2e/planted.e2e.ts',
    content: failing,
  },
  {
    what: 'a failing WebGPU test',
    gate: ['test:e2e', '--', 'planted'],
    file: 'test/planted.webgpu.ts',
    content: failing,
  },
  {
    what: 'a test file that does not load',
    gate: ['test', '--', 'planted'],
    file: 'test/planted.test.ts',
    content: "import '../integrations/absent.ts'\n",
  },
  {
    what: 'a rejection that no test awaits',
    gate: ['test', '--', 'planted'],
    file: 'test/planted.test.ts',
    content: unhandled,
    says: 'nobody waits',
  },
  {
    what: 'no test at all',
    gate: ['test', '--', 'planted'],
    file: 'test/planted.md',
    content: '',
    says: 'No test files found',
  },
  {
    what: 'a wrong type',
    gate: ['types'],
    file: 'integrations/planted.ts',
    content: "export const planted: number = 'text'\n",
  },
  {
    what: 'a value that may be absent',
    gate: ['types'],
    file: 'integrations/planted.ts',
    content: 'const numbers = [1]\nexport const planted: number = numbers[0]\n',
  },
  { what: 'an `any`', gate: ['lint'], file: 'integrations/planted.ts', content: 'export const planted: any = 1\n' },
  {
    what: 'another format',
    gate: ['lint'],
    file: 'integrations/planted.ts',
    content: 'export const planted = "double";\n',
  },
  {
    what: 'an arrow that goes up',
    gate: ['deps'],
    file: 'schemas/planted.ts',
    content: "import '../integrations/packageFiles.ts'\n",
    says: 'schemas-are-the-floor: schemas/planted.ts',
  },
  {
    what: 'a path of one machine',
    gate: ['text'],
    file: 'docs/planted.md',
    content: `${['', 'home', 'someone', 'sixteen'].join('/')}\n`,
  },
  {
    what: 'a token that is not taken out of messages',
    gate: ['check:secrets', '--', '--only', 'run'],
    file: 'integrations/label-studio/redaction.ts',
    content: 'export const redact = (text: string): string => text\n',
    says: 'the legacy token (as it is) stands in a server with a run: store/projects/',
  },
  {
    what: 'sources that do not compile',
    gate: ['build'],
    file: 'schemas/planted.ts',
    content: "export const planted: number = 'text'\n",
  },
]

const root = join(import.meta.dirname, '..')

/** Everything under version control or about to be, with the installed packages of the original. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'sixteen-gates-'))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const path of listed
    .toString()
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(root, name)))) {
    cpSync(join(root, path), join(copy, path))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  execFileSync('git', ['init', '--quiet'], { cwd: copy })
  return copy
}

async function staysGreen(copy: string, { gate, file, content, says = file }: Defect): Promise<string | undefined> {
  const path = join(copy, file)
  const before = existsSync(path) ? readFileSync(path) : undefined
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  const { exitCode, output } = await runCommand('npm', ['run', ...gate], { folder: copy, limit: 3 * minute })
  if (before === undefined) rmSync(path)
  else writeFileSync(path, before)
  if (exitCode === 0) return 'ended well'
  return output.includes(says) ? undefined : `ended badly, but did not say "${says}":\n${output.slice(-2000)}`
}

const copy = copyProject()
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
let blind = 0
for (const defect of defects) {
  const complaint = await staysGreen(copy, defect)
  if (complaint !== undefined) blind += 1
  const verdict = complaint === undefined ? 'fails, as it must, on' : 'DOES NOT FAIL on'
  console.log(`npm run ${defect.gate[0]} ${verdict} ${defect.what}${complaint === undefined ? '' : `: ${complaint}`}`)
}
console.log(`${defects.length - blind} of ${defects.length} defects were found`)
process.exitCode = blind > 0 ? 1 : 0
