import { readFile } from 'node:fs/promises'
import { UsageError } from './errors.ts'
import { ifMissing } from './kindOf.ts'
import { writeWhole } from './writeWhole.ts'

/**
 * Writes a file that a command makes anew each time. Where it is there already, with the same bytes, that is well: so a
 * command that was interrupted goes on.
 * @param other what a file of other bytes is called
 * @throws UsageError where the file holds other bytes and is not to be overwritten
 */
export async function writeUnlessOther(
  path: string,
  bytes: Uint8Array,
  { overwrite, other }: { readonly overwrite: boolean; readonly other: string },
): Promise<void> {
  const there = overwrite ? undefined : await readFile(path).catch(ifMissing)
  if (there?.equals(bytes)) return
  if (there !== undefined)
    throw new UsageError(`${path} holds ${other}: choose another folder, or replace it with --overwrite`)
  await writeWhole(path, bytes)
}
