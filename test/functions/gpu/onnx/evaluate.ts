import type { Engine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, type HostTensor } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import type { Tensor } from '../../../../functions/gpu/onnx/tensor.ts'

/** Runs a small graph once: a plain list stands for a float32 vector. */
export async function evaluate(
  engine: Engine,
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, readonly number[] | HostTensor>> = {},
): Promise<Readonly<Record<string, readonly number[]>>> {
  const session = await engine.load(buildModel({ name: 'test', outputs }).bytes)
  const tensors = Object.entries(feeds).map(([name, feed]) => [name, isTensor(feed) ? feed : vector(feed)] as const)
  const { results } = await session.run(Object.fromEntries(tensors))
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]))
}

function vector(values: readonly number[]): HostTensor {
  return float32(Float32Array.from(values))
}

function isTensor(feed: readonly number[] | HostTensor): feed is HostTensor {
  return 'data' in feed
}
