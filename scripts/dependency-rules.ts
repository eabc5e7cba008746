/**
 * Which module may import which (docs/architecture.md): arrows go down only,
 * cli, cdk → functions/{edge, gpu/jobs, local} → functions/factory, functions/gpu/* → integrations → schemas.
 * Paths are relative to the tree's root; a rule names what is forbidden and why.
 */
import type { IReachabilityForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser'

/** Folders whose TypeScript modules the rules see. */
export const cruisedFolders = [
  'bench',
  'cdk',
  'cli',
  'functions',
  'integrations',
  'schemas',
  'scripts',
  'test',
] as const

const product = '^(schemas|integrations|functions|cli|cdk)/'
/** Where drivers are chosen and handed in: nothing else knows which driver is used. */
const compositionRoots =
  '^(cli/|cdk/|functions/local(\\.ts$|/)|functions/openStore\\.ts$|functions/cloud/|functions/gpu/jobs/main\\.ts$|bench/|test/|scripts/)'
/**
 * Modules that something outside the import graph starts: a person, a container, a Lambda, `new Worker`. Operators are
 * there for whoever builds a graph.
 */
const entries =
  '^(cli/main\\.ts|cdk/(main|bundleFunction|prices)\\.ts|functions/local(/index)?\\.ts|functions/edge/index\\.ts|functions/cloud/(edge|reactor|steps|timer)\\.ts|functions/gpu/jobs/main\\.ts)$|^functions/gpu/onnx/ops/|^(functions|integrations)/.*[wW]orker\\.ts$'
const drivers =
  '^integrations/(storage/(fs|s3|memory)|queue/(sqlite|sqs|memory)|workflow/(local|stepFunctions|memory)|platform/(in-)?memory)\\.ts$|^integrations/(label-studio/(?!format/)|huggingface/)'
const runtime = '(^|/)node_modules/onnxruntime-(node|web|common)/'
const installed = '(^|/)node_modules/'

/** A rule over single imports, or over everything that is reached through them. */
export type DependencyRule = IRegularForbiddenRuleType | IReachabilityForbiddenRuleType

function forbid<Rule extends DependencyRule>(name: string, comment: string, from: Rule['from'], to: Rule['to']) {
  return { name, comment, severity: 'error' as const, from, to }
}

const arrowsGoDown: readonly DependencyRule[] = [
  forbid(
    'schemas-are-the-floor',
    'schemas describe what crosses a border; they know nobody',
    { path: '^schemas/' },
    { path: '^(integrations|functions|cli|cdk)/' },
  ),
  forbid(
    'integrations-know-only-schemas',
    'an outside system is wrapped for anyone; it knows nothing of who uses it',
    { path: '^integrations/' },
    { path: '^(functions|cli|cdk)/' },
  ),
  forbid(
    'functions-do-not-know-their-callers',
    'commands and deployments call functions, never the other way',
    { path: '^functions/' },
    { path: '^(cli|cdk)/' },
  ),
  forbid(
    'factory-is-pure',
    'the factory takes values and returns decisions: reading and writing is the callers’ work',
    { path: '^functions/factory/' },
    {
      path: `^(functions|integrations)/|${runtime}|^(node:)?(fs|net|http|https|http2|child_process|worker_threads|sqlite|dgram|tls|dns)(/|$)`,
      pathNot: '^functions/factory/',
    },
  ),
  forbid(
    'edge-is-light',
    'the edge never holds the GPU code, not even through others: it must start in milliseconds',
    { path: '^functions/edge/' },
    { path: `^functions/gpu/|${runtime}`, reachable: true },
  ),
  forbid(
    'reactor-is-light',
    'the reactor reads, decides and starts; what needs a GPU is done by jobs that it starts through the workflow',
    { path: '^functions/(reactor|publishing)/' },
    { path: `^functions/gpu/|${runtime}`, reachable: true },
  ),
  forbid(
    'edge-is-called-by-roots',
    'edge and gpu meet only in the factory, the store and the queue',
    { path: '^functions/(gpu|factory|reactor|publishing)/' },
    { path: '^functions/(edge/|local(\\.ts$|/))' },
  ),
  forbid(
    'jobs-are-on-top-of-gpu',
    'a job uses the rooms of gpu/; the rooms know no job',
    { path: '^functions/(factory|gpu/(onnx|stylegan|interpreter|segmenter))/' },
    { path: '^functions/gpu/jobs/' },
  ),
  forbid(
    'onnx-knows-no-gan',
    'gpu/onnx builds, differentiates and runs graphs of any kind',
    { path: '^functions/gpu/onnx/' },
    { path: '^functions/(factory|gpu/(stylegan|interpreter|segmenter))/' },
  ),
  forbid(
    'stylegan-knows-no-labels',
    'a generator makes images and features; what they mean is painted by a person',
    { path: '^functions/gpu/stylegan/' },
    { path: '^functions/(factory|gpu/(interpreter|segmenter))/|^schemas/(annotation|labelMap|labels|partonomy)\\.ts$' },
  ),
]

const facesAndDrivers: readonly DependencyRule[] = [
  forbid(
    'drivers-belong-to-composition-roots',
    'which store, queue, workflow or platform is used is decided where the program is put together',
    { path: product, pathNot: `${compositionRoots}|${drivers}` },
    { path: drivers },
  ),
  forbid(
    'runtime-in-one-file',
    'one file knows ONNX Runtime: device choice, errors and workarounds stand there',
    { path: product, pathNot: '^functions/gpu/onnx/runtime\\.ts$' },
    { path: runtime },
  ),
  forbid(
    'product-ships-without-its-tools',
    'tests, measurements and scripts are not part of the package',
    { path: product },
    { path: '^(test|bench|scripts)/' },
  ),
  forbid(
    'product-needs-declared-packages',
    'a package that is only a development tool, or is not in package.json, is absent where the product is installed',
    { path: product, pathNot: '^cdk/' },
    { path: installed, dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  ),
]

const shape: readonly DependencyRule[] = [
  forbid('imports-resolve', 'the imported module does not exist', {}, { couldNotResolve: true }),
  forbid(
    'no-circle',
    'modules that need each other are one module or three',
    // An operator's gradient is made of other operators, so their families know one another by nature.
    { pathNot: '^functions/gpu/onnx/ops/' },
    // A circle that a type import closes is none when the program runs: a face may re-export what uses its types.
    { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  ),
  forbid(
    'nothing-unused',
    'no entry of the program reaches this module; in-memory drivers are for tests',
    { path: entries },
    { path: product, pathNot: `${entries}|^integrations/.*/(in-)?memory\\.ts$`, reachable: false },
  ),
]

/** All rules; each has an example of its violation in test/scripts/dependency-rules.test.ts. */
export const dependencyRules: readonly DependencyRule[] = [...arrowsGoDown, ...facesAndDrivers, ...shape]
