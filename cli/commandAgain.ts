import type { ManifestLine } from '../schemas/manifest.ts'
import type { RunVersion } from '../schemas/run.ts'

/**
 * The command that makes an image of a project's dataset again, to be pasted into a shell.
 * @param project the folder, as the person gave it
 */
export function commandAgain(project: string): (line: ManifestLine, version: RunVersion) => string {
  return ({ id }, version) => `sixteen again ${shellQuoted(project)} ${id} --run ${version} --out again`
}

/** A word that a shell takes as it is, quoted where it must be. */
export function shellQuoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
