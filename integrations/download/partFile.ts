/** A file that is on its way: what came of it already, beside a note of which file it is a part of. */
import promises from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DownloadError } from './errors.ts'

/** What of `node:fs/promises` is used; passed in, so that full disks can be tried. */
export type DownloadFiles = Pick<typeof promises, 'mkdir' | 'open' | 'readFile' | 'rm' | 'writeFile'>

/** `<id>.json`: which state of which file the part is of. */
const PartFacts = z.object({
  schemaVersion: z.literal(1),
  /** As people are told of it. */
  address: z.string(),
  /** null where the server named none: then nothing can be resumed. */
  etag: z.string().nullable(),
  /** Bytes of the whole file; null where the server does not say. */
  bytes: z.int().min(0).nullable(),
})
export type PartFacts = z.infer<typeof PartFacts>

export interface PartFile {
  readonly path: string
  /** Bytes that are there. */
  bytes(): number
  /** Undefined where nothing is there, or nobody knows what. */
  facts(): PartFacts | undefined
  /** Throws away what is there and begins anew. */
  begin(facts: Omit<PartFacts, 'schemaVersion'>): Promise<void>
  append(chunk: Uint8Array): Promise<void>
  close(): Promise<void>
}

const paths = (folder: string, id: string) => ({ part: join(folder, `${id}.part`), note: join(folder, `${id}.json`) })

/**
 * Opens what is there of a file, or an empty part. One process at a time, which the caller sees to.
 * @throws DownloadError, from every method, where the disk is full; other errors of the system as they are
 */
export async function openPart(folder: string, id: string, files: DownloadFiles = promises): Promise<PartFile> {
  const { part, note } = paths(folder, id)
  const state: { bytes: number; facts: PartFacts | undefined } = { bytes: 0, facts: undefined }
  const handle = await onDisk(state, async () => {
    await files.mkdir(folder, { recursive: true })
    return files.open(part, 'a')
  })
  state.bytes = (await handle.stat()).size
  state.facts = parseFacts(await files.readFile(note, 'utf8').catch(() => ''))
  return {
    path: part,
    bytes: () => state.bytes,
    facts: () => state.facts,
    begin: (facts) =>
      onDisk(state, async () => {
        // Emptied first: a note must never stand beside bytes of another file.
        await handle.truncate(0)
        Object.assign(state, { bytes: 0, facts: undefined })
        const known: PartFacts = { schemaVersion: 1, ...facts }
        await files.writeFile(note, `${JSON.stringify(known, null, 2)}\n`)
        state.facts = known
      }),
    append: (chunk) =>
      onDisk(state, async () => {
        for (let done = 0; done < chunk.length; ) {
          const { bytesWritten } = await handle.write(chunk, done)
          done += bytesWritten
          state.bytes += bytesWritten
        }
      }),
    close: () => handle.close(),
  }
}

/** Takes away what is there of a file. */
export async function removePart(folder: string, id: string, files: DownloadFiles = promises): Promise<void> {
  const { part, note } = paths(folder, id)
  await files.rm(note, { force: true })
  await files.rm(part, { force: true })
}

function parseFacts(text: string): PartFacts | undefined {
  try {
    return PartFacts.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

async function onDisk<T>(state: { readonly bytes: number }, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error
    const next = 'free some space and give the same command again'
    throw new DownloadError(
      state.bytes === 0
        ? `the disk is full: ${next}`
        : `the disk is full: ${next}, which goes on after ${state.bytes} bytes`,
    )
  }
}
