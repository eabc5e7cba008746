import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const PackageName = z.object({ name: z.string() })
const ownName = 'sixteen'

/** No folder above the running file is the package's own: a file was moved out of it, or bundled without it. */
export class PackageRootError extends Error {
  override readonly name = 'PackageRootError'
  constructor(start: string) {
    super(
      `no folder from ${start} upwards holds a package.json named "${ownName}"; the files that ship with the package ` +
        '(models/) cannot be found: run it from an installed package or from a checkout, or pass their paths yourself',
    )
  }
}

/** The package is there, a file that should ship with it is not. */
export class PackageFileError extends Error {
  override readonly name = 'PackageFileError'
  constructor(path: string) {
    super(`${path} is missing from the package; install the package again`)
  }
}

function nameIn(folder: string): string | undefined {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return undefined
  const parsed = PackageName.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  return parsed.success ? parsed.data.name : undefined
}

/**
 * The package's root folder, an absolute path. The built files lie one folder deeper (dist/) than their sources, so the
 * root is found by walking up to the package.json, not by counting `..`.
 * @param start URL of a file inside the package
 * @throws {PackageRootError} when no folder above `start` is the package's
 */
export function packageRoot(start: string | URL = import.meta.url): string {
  const first = dirname(fileURLToPath(start))
  for (let folder = first; ; folder = dirname(folder)) {
    if (nameIn(folder) === ownName) return folder
    if (dirname(folder) === folder) throw new PackageRootError(first)
  }
}

/**
 * The absolute path of a file or folder that ships with the package.
 * @param path relative to the package's root, with `/` between its steps
 * @throws {PackageFileError} when it is not there
 * @throws {PackageRootError} when the package's root is not found
 * @example packageFile('models/avatars/generator.safetensors')
 */
export function packageFile(path: string, start: string | URL = import.meta.url): string {
  const absolute = join(packageRoot(start), path)
  if (!existsSync(absolute)) throw new PackageFileError(absolute)
  return absolute
}

const PackageManifest = z.object({ version: z.string() })

/** The package's version. @throws {PackageRootError} when the package's root is not found */
export function packageVersion(): string {
  return PackageManifest.parse(JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))).version
}
