/**
 * `npm run build`: the sources as JavaScript with types, under dist/. Node refuses `.ts` files inside node_modules, so
 * what is published is built. Assets that are read at run time stay where they are: models/ ships beside dist/
 * (integrations/packageFiles.ts), and the compiler writes imported JSON beside the code. Its words go to the standard
 * error: `npm pack --json` builds first, and its standard output is read by programs.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const output = join(root, 'dist')
/** A relative specifier that still names a source file: the compiler rewrites literals only. */
const sourceSpecifier = /(?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*\.ts['"]/

rmSync(output, { recursive: true, force: true })
const compiler = join(root, 'node_modules', '.bin', 'tsc')
const compiled = spawnSync(compiler, ['-p', join(root, 'tsconfig.build.json')], {
  stdio: ['ignore', process.stderr, process.stderr],
})
if (compiled.error) throw compiled.error
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

const files = globSync('**/*.js', { cwd: output })
const unrewritten = files.filter((file) => sourceSpecifier.test(readFileSync(join(output, file), 'utf8')))
if (files.length === 0 || unrewritten.length > 0) {
  console.error(
    files.length === 0 ? 'the build wrote no file' : `built files that import sources: ${unrewritten.join(', ')}`,
  )
  process.exit(1)
}
console.error(`dist: ${files.length} modules`)
