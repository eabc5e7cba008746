import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DockerIgnoreError, parseDockerIgnore } from '../../../scripts/image-steps/dockerIgnore.ts'

// The examples of Docker's own page on .dockerignore, and what it says of the order of patterns.
test.each([
  ['*/temp*', 'somedir/temporary.txt', false],
  ['*/temp*', 'somedir/temp', false],
  ['*/temp*', 'somedir/subdir/temporary.txt', true],
  ['*/*/temp*', 'somedir/subdir/temporary.txt', false],
  ['temp?', 'tempa', false],
  ['temp?', 'temp', true],
  ['**/*.go', 'a/b/c.go', false],
  ['**/*.go', 'c.go', false],
  ['*.md\n!README.md', 'README.md', true],
  ['*.md\n!README.md', 'other.md', false],
  ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', false],
  ['*.md\nREADME-secret.md\n!README*.md', 'README-secret.md', true],
  ['# comment\n\n/folder/', 'folder/file', false],
  ['folder', 'folder/deep/file', false],
  ['*\n!folder', 'folder/deep/file', true],
  ['*\n!folder', 'other/folder', false],
  ['', 'file', true],
])('%j of %s: %s', (text, path, seen) => {
  expect(parseDockerIgnore(text)(path)).toBe(seen)
})

test('a pattern that is not understood is refused', () => {
  expect(() => parseDockerIgnore('[ab].md')).toThrow(DockerIgnoreError)
})

test('of this project only the product is let through', () => {
  const seen = parseDockerIgnore(readFileSync('.dockerignore', 'utf8'))
  for (const path of ['cli/main.ts', 'models/avatars/generator.safetensors', 'package-lock.json', '.npmrc'])
    expect([path, seen(path)]).toEqual([path, true])
  for (const path of ['.git/config', 'node_modules/zod/index.js', 'test/a.ts', '.env', 'docs/deploy.md', 'cdk/main.ts'])
    expect([path, seen(path)]).toEqual([path, false])
})
