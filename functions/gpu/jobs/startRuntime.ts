import type { Engine } from '../onnx/engine.ts'
import { buildModel } from '../onnx/model.ts'
import { add } from '../onnx/ops/elementwise.ts'
import { input } from '../onnx/tensor.ts'

/** Makes the version of ONNX Runtime known on an engine that has not loaded a model yet, by the smallest of models. */
export async function startRuntime(engine: Engine): Promise<void> {
  if (engine.runtimeVersion !== undefined) return
  const sum = add(input('x', 'float32', [1]), 1)
  await (await engine.load(buildModel({ name: 'start', outputs: { sum } }).bytes)).release()
}
