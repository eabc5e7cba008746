/** `npm run text`: no file under version control, or about to be, holds a secret or a path of one machine. */
import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forbiddenText } from './forbidden-text.ts'

const root = join(import.meta.dirname, '..')
const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
const contents = [...new Set(listed.toString().split('\0'))]
  .filter((path) => path !== '' && lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile())
  .map((path) => ({ path, content: readFileSync(join(root, path)) }))
const texts = contents.filter(({ content }) => !content.includes(0))

const found = texts.flatMap(({ path, content }) => forbiddenText(content.toString()).map((hit) => ({ path, ...hit })))
for (const { path, line, reason, text } of found) console.error(`${path}:${line}: ${reason}: ${text}`)
console.log(`${texts.length} text files, ${found.length} lines to change`)
process.exitCode = texts.length === 0 || found.length > 0 ? 1 : 0
