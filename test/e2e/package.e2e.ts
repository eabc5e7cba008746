import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** Packed, the generator's weights, the seeds and the code take some 6 MiB; more is something that does not belong in it. */
const largestPackage = 12 * 2 ** 20

interface PackedPackage {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

describe('the packed package, installed into an empty folder', () => {
  let folder: string
  let packed: PackedPackage

  const run = (command: string, ...arguments_: readonly string[]) => execute(command, arguments_, { cwd: folder })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sixteen-package-'))
    // `--silent`: the build's own output would stand before the JSON.
    const packing = await execute('npm', ['pack', '--silent', '--json', '--pack-destination', folder], { cwd: root })
    packed = packageIn(packing.stdout)
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }))
    // What README.md tells to install without CUDA: its libraries come from a feed of their own.
    await writeFile(join(folder, '.npmrc'), 'onnxruntime-node-install=skip\n')
    await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('holds the program, the embedded generator, the licence, and nothing else', () => {
    const places = new Set(packed.files.map(({ path }) => path.split('/')[0]))
    expect([...places].sort()).toEqual(['LICENSE', 'README.md', 'dist', 'models', 'package.json'])
    expect(packed.files.map(({ path }) => path)).toContain('models/avatars/generator.safetensors')
    expect(packed.files.filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([])
    expect(packed.size).toBeLessThan(largestPackage)
  })

  it('runs', async () => {
    await expect(run('npx', 'sixteen', 'doctor')).resolves.toBeDefined()
  })

  it('finds the embedded generator from the built code', async () => {
    const find = `import { packageFile } from './node_modules/sixteen/dist/integrations/packageFiles.js'
      console.log(packageFile('models/avatars/generator.safetensors'))`
    const { stdout } = await run('node', '--input-type=module', '-e', find)
    expect(stdout.trim()).toMatch(/node_modules\/sixteen\/models\/avatars\/generator\.safetensors$/)
  })

  it('exports its main functions and the web application', async () => {
    for (const name of ['sixteen', 'sixteen/edge']) {
      const names = `console.log(Object.keys(await import('${name}')).length)`
      const { stdout } = await run('node', '--input-type=module', '-e', names)
      expect(Number(stdout), name).toBeGreaterThan(0)
    }
  })

  it('has types that a strict program compiles against', async () => {
    await writeFile(
      join(folder, 'program.ts'),
      "import * as sixteen from 'sixteen'\nexport const names = Object.keys(sixteen)\n",
    )
    const compiler = join(root, 'node_modules/.bin/tsc')
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', '--ignoreConfig', 'program.ts']
    await expect(run(compiler, ...options)).resolves.toBeDefined()
  })
})

/** npm's JSON report: a list with one package, or, since npm 12, an object from name to package. */
function packageIn(json: string): PackedPackage {
  const report: readonly PackedPackage[] | Readonly<Record<string, PackedPackage>> = JSON.parse(json)
  const [first] = Object.values(report)
  if (first === undefined) throw new Error(`npm pack reported no package: ${json}`)
  return first
}
