/**
 * Chooses points far from one another (farthest-first traversal, Gonzalez 1985): each next one is the candidate whose
 * nearest chosen point is farthest. Of equals the first wins, so the choice is the same each time.
 * @param candidates [points][dimensions]
 * @param chosen indices of candidates that are taken already; where there are none, the first candidate begins
 * @param count how many to add
 * @returns indices of the added candidates, in the order of the choice; fewer where there are no more
 */
export function spread(
  candidates: readonly Float32Array[],
  chosen: readonly number[],
  count: number,
): readonly number[] {
  const distances = new Float64Array(candidates.length).fill(Number.POSITIVE_INFINITY)
  const take = (index: number): void => {
    const taken = candidates[index]
    if (taken === undefined) throw new RangeError(`there is no candidate ${index}`)
    for (const [other, point] of candidates.entries())
      distances[other] = Math.min(distances[other] ?? 0, squaredDistance(point, taken))
    distances[index] = -1
  }
  for (const index of chosen) take(index)
  const added: number[] = []
  while (added.length < count) {
    const farthest = distances.reduce((best, distance, index) => (distance > (distances[best] ?? -1) ? index : best), 0)
    if (!((distances[farthest] ?? -1) >= 0)) break
    added.push(farthest)
    take(farthest)
  }
  return added
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0)
}
