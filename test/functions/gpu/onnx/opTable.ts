import { convolutionCases } from './opTable/convolution.ts'
import { elementwiseCases } from './opTable/elementwise.ts'
import { layoutCases } from './opTable/layout.ts'
import { linearCases } from './opTable/linear.ts'
import { normalizationCases } from './opTable/normalization.ts'
import type { OpCase } from './opTable/opCase.ts'
import { pixelCrossEntropyCases } from './opTable/pixelCrossEntropy.ts'
import { poolingCases } from './opTable/pooling.ts'
import { reduceCases } from './opTable/reduce.ts'
import { resizeCases } from './opTable/resize.ts'
import { softmaxCases } from './opTable/softmax.ts'

export type { OpCase, OpInput } from './opTable/opCase.ts'

/** Every operator, by the file under `ops/` that holds it; one table for all devices. */
export const opTable: Readonly<Record<string, readonly OpCase[]>> = {
  elementwise: elementwiseCases,
  reduce: reduceCases,
  layout: layoutCases,
  linear: linearCases,
  softmax: softmaxCases,
  normalization: normalizationCases,
  convolution: convolutionCases,
  pooling: poolingCases,
  resize: resizeCases,
  pixelCrossEntropy: pixelCrossEntropyCases,
}
