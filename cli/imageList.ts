/** Which image files a person means. */
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { UsageError } from './errors.ts'
import { predictionFile } from './predictionFiles.ts'

const extensions = ['.png', '.jpg', '.jpeg', '.webp'] as const

export interface ImageFile {
  readonly path: string
  /** What its results are called: the file's name without its extension, unlike that of all others. */
  readonly name: string
}

/**
 * Files as they are named, folders by the images right in them, in the order of their names; each file once.
 * @throws UsageError where nothing is there, or a folder holds no image
 */
export async function listImages(given: readonly string[]): Promise<readonly ImageFile[]> {
  const paths = new Set<string>()
  for (const text of given) for (const path of await pathsOf(text)) paths.add(path)
  const taken = new Set<string>()
  return [...paths].map((path) => {
    const stem = basename(path, extname(path))
    let name = stem
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`
    // Some file systems do not tell a.png and A.png apart.
    taken.add(name.toLowerCase())
    return { path, name }
  })
}

async function pathsOf(text: string): Promise<readonly string[]> {
  const path = resolve(text)
  const stats = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`${text} is not there, or cannot be read: give image files, or a folder with some`, { cause })
  })
  if (!stats.isDirectory()) return [path]
  const names = (await readdir(path)).filter(
    (name) => extensions.some((end) => extname(name).toLowerCase() === end) && !predictionFile.test(name),
  )
  if (names.length === 0) throw new UsageError(`${text} holds no images: those end in ${extensions.join(', ')}`)
  return names.toSorted().map((name) => join(path, name))
}
