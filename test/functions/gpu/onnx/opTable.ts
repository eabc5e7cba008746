import { elementwiseCases } from './opTable/elementwise.ts'
import { layoutCases } from './opTable/layout.ts'
import { linearCases } from './opTable/linear.ts'
import { normalizationCases } from './opTable/normalization.ts'
import type { OpCase } from './opTable/opCase.ts'
import { reduceCases } from './opTable/reduce.ts'
import { softmaxCases } from './opTable/softmax.ts'
import { spatialCases } from './opTable/spatial.ts'

export type { OpCase, OpInput } from './opTable/opCase.ts'

/** Every operator, by the file under `ops/` that holds it; one table for all devices. */
export const opTable: Readonly<Record<string, readonly OpCase[]>> = {
  elementwise: elementwiseCases,
  reduce: reduceCases,
  layout: layoutCases,
  linear: linearCases,
  softmax: softmaxCases,
  normalization: normalizationCases,
  'convolution, pooling, resize': spatialCases,
}
