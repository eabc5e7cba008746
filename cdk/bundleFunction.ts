/**
 * Bundles a function for Lambda: its first file, and a file for all that it imports only when needed. One file for all
 * would be read as a whole when the function starts, and every module of Node that anything in it imports with it.
 * `node cdk/bundleFunction.ts <module> <folder>` does it where nobody can wait for a promise, as in a construct.
 */
import { resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

export interface FunctionBundle {
  /** Bytes of all files. */
  readonly bytes: number
  /** Bytes of the files that are read when the function starts. */
  readonly bytesAtStart: number
}

/** Our messages are in English, and zod's own are in fifty languages that it loads all. */
const onlyEnglish: Plugin = {
  name: 'only-english',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
      loader: 'js',
    }))
  },
}

/**
 * @param module holds the handler: a path, or a path from the working directory
 * @param folder for `index.mjs`, whose `handler` is the module's, and the files that it loads later
 */
export async function bundleFunction(module: string, folder: string): Promise<FunctionBundle> {
  const { metafile } = await build({
    entryPoints: [{ in: resolve(module), out: 'index' }],
    outdir: resolve(folder),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
    plugins: [onlyEnglish],
    // The AWS SDK looks with it at what a browser says of itself. In Node nothing does, but its file would be made.
    external: ['bowser'],
    metafile: true,
    logLevel: 'warning',
  })
  const { outputs } = metafile
  const first = Object.keys(outputs).find((path) => path.endsWith('index.mjs'))
  const atStart = new Set(first === undefined ? [] : [first])
  for (const path of atStart)
    for (const { path: imported, kind, external } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) atStart.add(imported)
  const bytes = (paths: Iterable<string>): number => {
    let sum = 0
    for (const path of paths) sum += outputs[path]?.bytes ?? 0
    return sum
  }
  return { bytes: bytes(Object.keys(outputs)), bytesAtStart: bytes(atStart) }
}

if (import.meta.main) {
  const [, , module, folder] = process.argv
  if (module === undefined || folder === undefined) {
    console.error('node cdk/bundleFunction.ts <module> <folder>')
    process.exitCode = 2
  } else console.log(JSON.stringify(await bundleFunction(module, folder)))
}
