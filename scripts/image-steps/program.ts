/** Runs a program of an image that was made of folders, as a container would: its folder, its environment, its user. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Image, searchPath } from './buildImage.ts'

export interface ProgramResult {
  /** -1 where a signal ended it. */
  readonly exitCode: number
  /** Standard output and standard error, as they came. */
  readonly output: string
}

/** Users of this machine have other numbers, as a rule; only root can become another. */
const asUser = (image: Image): { uid?: number; gid?: number } => {
  const id = Number(image.user)
  return process.getuid?.() === 0 && Number.isInteger(id) ? { uid: id, gid: id } : {}
}

/** Lets the image's user write in a folder, and in all that is in it. */
export function giveToUser(image: Image, folder: string): void {
  const { uid, gid } = asUser(image)
  if (uid === undefined || gid === undefined) return
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  for (const path of [folder, ...inside]) chownSync(path, uid, gid)
}

export function startProgram(
  image: Image,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly result: Promise<ProgramResult>; readonly output: () => string } {
  const [program = '', ...rest] = words
  let output = ''
  const child = spawn(program, rest, {
    cwd: `${image.root}${image.folder}`,
    // Nothing of ours: it might hold what is missing in the image.
    env: { PATH: searchPath(image.root), HOME: '/tmp', ...image.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 180_000,
    ...asUser(image),
  })
  const collect = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const result = once(child, 'close').then(([code]): ProgramResult => ({ exitCode: code ?? -1, output }))
  return { child, result, output: () => output }
}
