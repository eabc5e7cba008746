import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PackageFileError, PackageRootError, packageFile, packageRoot } from '../../integrations/packageFiles.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sixteen-package-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

function packageAt(path: string, name: string): string {
  const root = join(folder, path)
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name }))
  return root
}

describe('the files that ship with the package', () => {
  it('are found from the sources', () => {
    expect(existsSync(packageFile('models/avatars/generator.safetensors'))).toBe(true)
  })

  it.each(['integrations/packageFiles.ts', 'dist/integrations/packageFiles.js'])('have one root for %s', (file) => {
    const root = packageAt('node_modules/sixteen', 'sixteen')
    expect(packageRoot(pathToFileURL(join(root, file)))).toBe(root)
  })

  it('are not looked for in a package of another name that lies between', () => {
    const root = packageAt('.', 'sixteen')
    packageAt('dist', 'other')
    expect(packageRoot(pathToFileURL(join(root, 'dist/index.js')))).toBe(root)
  })

  it('cannot be found from outside the package', () => {
    packageAt('.', 'other')
    expect(() => packageRoot(pathToFileURL(join(folder, 'bundle.js')))).toThrow(PackageRootError)
  })

  it('are named when missing', () => {
    const root = packageAt('.', 'sixteen')
    const from = pathToFileURL(join(root, 'dist/index.js'))
    expect(() => packageFile('models/absent.safetensors', from)).toThrow(PackageFileError)
    expect(() => packageFile('models/absent.safetensors', from)).toThrow(join(root, 'models/absent.safetensors'))
  })
})
