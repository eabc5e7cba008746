import type { RunPainting } from '../../../schemas/run.ts'

/** How many paintings a run was not made from, was made from in another state, or was made from and are gone. */
export function countChanges(before: readonly RunPainting[], now: readonly RunPainting[]): number {
  const old = new Map(before.map(({ sample, sha256 }) => [sample, sha256]))
  const differing = now.filter(({ sample, sha256 }) => old.get(sample) !== sha256).length
  const present = new Set(now.map(({ sample }) => sample))
  return differing + [...old.keys()].filter((sample) => !present.has(sample)).length
}
