import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDependencies, type DependencyCheck, ModulesUnseenError } from '../../scripts/dependency-check.ts'
import { dependencyRules } from '../../scripts/dependency-rules.ts'

/** A small program that keeps every rule: what each violation is added to. */
const sound = {
  'package.json': JSON.stringify({
    dependencies: { zod: '*', 'onnxruntime-node': '*' },
    devDependencies: { vitest: '*' },
  }),
  'node_modules/zod/index.js': 'export const z = {}\n',
  'node_modules/vitest/index.js': 'export const it = {}\n',
  'node_modules/undeclared/index.js': 'export const it = {}\n',
  'node_modules/onnxruntime-node/index.js': 'export const InferenceSession = {}\n',
  'schemas/labels.ts': "import { z } from 'zod'\nexport const labels = z\n",
  'schemas/seed.ts': 'export const seed = 1\n',
  'integrations/storage/index.ts': "import { seed } from '../../schemas/seed.ts'\nexport const store = seed\n",
  'integrations/storage/fs.ts': "import { store } from './index.ts'\nexport const files = store\n",
  'integrations/storage/memory.ts': "import { store } from './index.ts'\nexport const memory = store\n",
  'functions/factory/index.ts': "import { labels } from '../../schemas/labels.ts'\nexport const react = labels\n",
  'functions/edge/index.ts':
    "import { react } from '../factory/index.ts'\nimport { store } from '../../integrations/storage/index.ts'\nexport const edge = [react, store]\n",
  'functions/gpu/onnx/runtime.ts':
    "import { InferenceSession } from 'onnxruntime-node'\nexport const session = InferenceSession\n",
  'functions/gpu/onnx/worker.ts': "import { session } from './runtime.ts'\nconsole.log(session)\n",
  'functions/gpu/stylegan/index.ts': "import { session } from '../onnx/runtime.ts'\nexport const generator = session\n",
  'functions/gpu/interpreter/index.ts':
    "import { generator } from '../stylegan/index.ts'\nexport const interpreter = generator\n",
  'functions/gpu/jobs/train.ts':
    "import { interpreter } from '../interpreter/index.ts'\nexport const train = interpreter\n",
  'functions/local.ts':
    "import { files } from '../integrations/storage/fs.ts'\nimport { train } from './gpu/jobs/train.ts'\nimport { edge } from './edge/index.ts'\nexport const local = [files, train, edge]\n",
  'cli/main.ts': "import { local } from '../functions/local.ts'\nconsole.log(local)\n",
  'test/train.test.ts':
    "import { it } from 'vitest'\nimport { memory } from '../integrations/storage/memory.ts'\nit(memory)\n",
}

const imports = (specifier: string) => `import { thing } from '${specifier}'\nconsole.log(thing)\n`

/** For each rule files that break it, and nothing but it: the first file holds the forbidden import. */
const violations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'schemas-are-the-floor': { 'schemas/seed.ts': imports('../functions/factory/index.ts') },
  'integrations-know-only-schemas': { 'integrations/storage/fs.ts': imports('../../functions/factory/index.ts') },
  'functions-do-not-know-their-callers': {
    'functions/local.ts': imports('../cli/settings.ts'),
    'cli/settings.ts': 'export const thing = 1\n',
  },
  'factory-is-pure': { 'functions/factory/index.ts': imports('node:fs/promises') },
  'edge-is-light': {
    'functions/edge/index.ts': "import type { train } from '../gpu/jobs/train.ts'\nexport type T = typeof train\n",
  },
  'reactor-is-light': { 'functions/reactor/look.ts': imports('../gpu/jobs/train.ts') },
  'edge-is-called-by-roots': {
    'functions/factory/index.ts': imports('../edge/answer.ts'),
    'functions/edge/answer.ts': '',
  },
  'jobs-are-on-top-of-gpu': {
    'functions/gpu/stylegan/index.ts': imports('../jobs/generate.ts'),
    'functions/gpu/jobs/generate.ts': '',
  },
  'onnx-knows-no-gan': {
    'functions/gpu/onnx/runtime.ts': imports('../segmenter/index.ts'),
    'functions/gpu/segmenter/index.ts': '',
  },
  'stylegan-knows-no-labels': { 'functions/gpu/stylegan/index.ts': imports('../../../schemas/labels.ts') },
  'drivers-belong-to-composition-roots': {
    'functions/gpu/jobs/train.ts': imports('../../../integrations/storage/fs.ts'),
  },
  'runtime-in-one-file': {
    'functions/gpu/jobs/train.ts': "const ort = await import('onnxruntime-node')\nconsole.log(ort)\n",
  },
  'product-ships-without-its-tools': { 'cli/main.ts': imports('../bench/machine.ts'), 'bench/machine.ts': '' },
  'product-needs-declared-packages': { 'cli/main.ts': imports('vitest') },
  'imports-resolve': { 'cli/main.ts': imports('./absent.ts') },
  'no-circle': {
    'functions/gpu/jobs/train.ts': imports('./generate.ts'),
    'functions/gpu/jobs/generate.ts': imports('./train.ts'),
  },
  'nothing-unused': { 'functions/gpu/jobs/forgotten.ts': 'export const forgotten = 1\n' },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sixteen-rules-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function check(name: string, files: Readonly<Record<string, string>>): Promise<DependencyCheck> {
  const root = join(folder, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return await checkDependencies(root)
}

describe('the dependency rules', () => {
  it('find nothing in a program that keeps them, and see all its modules', async () => {
    const modules = Object.keys(sound).filter((path) => path.endsWith('.ts')).length
    expect(await check('sound', sound)).toEqual({ modules, violations: [] })
  })

  it('have each an example of their violation', () => {
    expect(Object.keys(violations).sort()).toEqual(dependencyRules.map(({ name }) => name).sort())
  })

  it.each(Object.entries(violations))('report a breach of %s', async (rule, files) => {
    const found = (await check(rule, { ...sound, ...files })).violations
    const guilty = found.filter((violation) => violation.rule === rule)
    expect(guilty.map(({ from, to }) => `${from} → ${to}`).join('\n')).toContain(Object.keys(files)[0])
  })

  it('report GPU code that the edge reaches through another module', async () => {
    const through = {
      ...sound,
      'functions/edge/index.ts': imports('./labeler.ts'),
      'functions/edge/labeler.ts': imports('../gpu/jobs/train.ts'),
    }
    const found = (await check('edge-through-another', through)).violations
    expect(
      found.filter(({ rule, from }) => rule === 'edge-is-light' && from === 'functions/edge/index.ts'),
    ).not.toEqual([])
  })

  it('let a module use the types of the face that exports it', async () => {
    const face = {
      'integrations/storage/index.ts': "export { read } from './read.ts'\nexport type Store = object\n",
      'integrations/storage/read.ts':
        "import type { Store } from './index.ts'\nexport const read = (store: Store) => store\n",
    }
    const { violations: found } = await check('types-of-the-face', { ...sound, ...face })
    expect(found.filter(({ rule }) => rule === 'no-circle')).toEqual([])
  })

  it('report a package that is not declared', async () => {
    const found = (await check('undeclared', { ...sound, 'cli/main.ts': imports('undeclared') })).violations
    expect(found.map(({ rule }) => rule)).toContain('product-needs-declared-packages')
  })

  it('cannot pass over an empty tree', async () => {
    await expect(check('empty', { 'readme.md': '' })).rejects.toThrow(ModulesUnseenError)
  })

  it('cannot pass where a module is not seen', async () => {
    const hidden = { ...sound, 'functions/node_modules/hidden/index.ts': 'export const hidden = 1\n' }
    await expect(check('hidden', hidden)).rejects.toThrow('functions/node_modules/hidden/index.ts')
  })
})
