/**
 * The one file that knows ONNX Runtime. Everything else speaks of devices, models and host tensors.
 *
 * `InferenceSession.run` blocks the thread that calls it, so this file refuses to run on the main thread: it is loaded
 * by `worker.ts` alone.
 */
import { isMainThread } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { type Device, DeviceError, SessionError } from './device.ts'
import type { HostTensor } from './hostTensor.ts'
import { letGo } from './letGo.ts'

const providers: Readonly<Record<Device, readonly string[]>> = Object.freeze({
  cpu: ['cpu'],
  cuda: ['cuda', 'cpu'],
  webgpu: ['webgpu', 'cpu'],
})

export interface SessionOptions {
  readonly device: Device
  /** Threads that one operator may use on the CPU. */
  readonly threads: number
}

/** A tensor that stays in the worker between calls. */
export type RuntimeTensor = ort.Tensor

export interface RuntimeSession {
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>
  release(): Promise<void>
}

/**
 * @throws DeviceError where the device does not work here
 * @throws SessionError where the model is refused, or where this is the main thread
 */
export async function createSession(model: Uint8Array, { device, threads }: SessionOptions): Promise<RuntimeSession> {
  if (isMainThread) throw new SessionError('sessions run in a worker thread: open an engine instead')
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [...providers[device]],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // From the second run on it would hold a graph's memory as one block, beside the pieces that the first run took.
    enableMemPattern: false,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((cause: unknown) => {
    throw refusal(device, cause)
  })
  return {
    run: async (feeds) => {
      try {
        return await session.run(feeds)
      } catch (cause) {
        throw withoutFloat16(cause) ?? new SessionError(`the graph failed on ${device}: ${messageOf(cause)}`, { cause })
      }
    },
    release: () => session.release(),
  }
}

/** Version of ONNX Runtime, which decides the bits of every result together with device and thread count. */
export const runtimeVersion: string = ort.env.versions.node ?? ort.env.versions.common

export function toRuntime({ dtype, shape, data }: HostTensor): RuntimeTensor {
  return new ort.Tensor(dtype, data, shape)
}

/** Gives the memory of a tensor back that nobody reads any more. */
export function releaseTensor(tensor: RuntimeTensor): void {
  if (tensor.location !== 'cpu') tensor.dispose()
  else if (ArrayBuffer.isView(tensor.data)) letGo([tensor.data])
}

export async function fromRuntime(tensor: RuntimeTensor): Promise<HostTensor> {
  const data = await tensor.getData()
  const { type, dims } = tensor
  if (type === 'float32' && data instanceof Float32Array) return { dtype: type, shape: dims, data }
  if (type === 'float64' && data instanceof Float64Array) return { dtype: type, shape: dims, data }
  if (type === 'int64' && data instanceof BigInt64Array) return { dtype: type, shape: dims, data }
  if (type === 'int32' && data instanceof Int32Array) return { dtype: type, shape: dims, data }
  if ((type === 'uint8' || type === 'bool') && data instanceof Uint8Array) return { dtype: type, shape: dims, data }
  throw new SessionError(`a graph returned ${type}, which is not read back: cast it inside the graph`)
}

function refusal(device: Device, cause: unknown): Error {
  const message = messageOf(cause)
  const float16 = withoutFloat16(cause)
  if (float16 !== undefined) return float16
  if (device === 'cuda' && /cuda|provider|libonnxruntime_providers|backend/i.test(message))
    return new DeviceError(
      'CUDA does not work here: it needs an NVIDIA driver, CUDA 12, cuDNN 9 and the provider library, which ' +
        '`node node_modules/onnxruntime-node/script/install` fetches (ONNXRUNTIME_NODE_INSTALL=true). ' +
        `Choose another device with SIXTEEN_DEVICE. ONNX Runtime says: ${message}`,
      { cause },
    )
  if (device === 'webgpu' && /webgpu|adapter|dawn|vulkan|device|backend/i.test(message))
    return new DeviceError(
      'WebGPU does not work here: it needs a GPU with a Vulkan, Metal or Direct3D 12 driver. ' +
        `Choose another device with SIXTEEN_DEVICE. ONNX Runtime says: ${message}`,
      { cause },
    )
  return new SessionError(`ONNX Runtime refused the model: ${message}`, { cause })
}

/** WebGPU's `shader-f16` is optional. ONNX Runtime notices it missing at the first kernel, in loading or in running. */
function withoutFloat16(cause: unknown): DeviceError | undefined {
  const message = messageOf(cause)
  if (!/requires f16 but the device does not support it/.test(message)) return undefined
  return new DeviceError(
    'this WebGPU device cannot compute with float16 (it lacks the feature shader-f16): compute with float32, or choose ' +
      `another device with SIXTEEN_DEVICE. ONNX Runtime says: ${message}`,
    { cause },
  )
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).trim()
}
