import { expect, test } from 'vitest'
import { balancedPartWeights } from '../../../../functions/gpu/interpreter/ensembleTraining.ts'

test('balanced weights give every part that occurs the same sum, and a mean of one over the pixels', () => {
  const labels = Uint8Array.of(0, 0, 0, 0, 0, 0, 2, 2, 3, 0)
  const weights = balancedPartWeights(labels, 5)
  const sums = [7, 0, 2, 1, 0].map((count, part) => count * (weights[part] ?? 0))
  const share = labels.length / 3
  for (const [part, expected] of [share, 0, share, share, 0].entries()) expect(sums[part]).toBeCloseTo(expected, 5)
})
