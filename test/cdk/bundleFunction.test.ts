import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { bundleFunction } from '../../cdk/bundleFunction.ts'

const Module = z.object({ handler: z.function() })

test('the web app is bundled for Lambda: at most 2 MiB, next to nothing of it read at the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bundle-'))
  try {
    const { bytes, bytesAtStart } = await bundleFunction('functions/cloud/edge.ts', folder)
    const names = readdirSync(folder)
    const sizes = names.map((name) => statSync(join(folder, name)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes)
    expect(bytes).toBeLessThanOrEqual(2 * 2 ** 20)
    expect(bytesAtStart).toBeLessThan(10_000)
    // Modules of Node that the first file imports are loaded before any event.
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).not.toMatch(/from ?['"]node:(?!module)/)
    // Each other file is one that some file loads, and no file looks for one that is not there.
    const loaded = names.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      expect(text, name).not.toMatch(/['"]bowser['"]/)
      return [...text.matchAll(/['"]\.\/([\w-]+\.mjs)['"]/g)].map(([, other]) => other)
    })
    expect(new Set(['index.mjs', ...loaded])).toEqual(new Set(names))
    Module.parse(await import(pathToFileURL(join(folder, 'index.mjs')).href))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
