import { readFileSync } from 'node:fs'

/** The bytes of a file under test/fixtures. `path` is relative to it: `avatars/reference.safetensors`. */
export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../fixtures/${path}`, import.meta.url)))
}

/** A JSON file under test/fixtures. The caller states what it holds. */
export function jsonFixture<T>(path: string): T {
  return JSON.parse(new TextDecoder().decode(fixture(path))) as T
}
