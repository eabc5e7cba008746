import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Device, DeviceError, SessionError } from './device.ts'
import type { HostTensor } from './hostTensor.ts'
import type { Answers, Envelope, Feed, Reply, Request } from './protocol.ts'

/** A tensor that stays in the engine's worker. */
export interface KeptTensor {
  readonly kept: number
}

export interface Session {
  /**
   * Runs the graph once.
   * @param feeds one tensor for each input; the arrays are copied
   * @param keep names of results that stay in the worker and come back as handles
   * @throws SessionError where the graph fails
   */
  run(
    feeds: Readonly<Record<string, HostTensor | KeptTensor>>,
    keep?: readonly string[],
  ): Promise<{
    readonly results: Readonly<Record<string, HostTensor>>
    readonly kept: Readonly<Record<string, KeptTensor>>
  }>
  release(): Promise<void>
}

/** A worker thread that runs graphs on one device. */
export interface Engine {
  readonly device: Device
  /** Threads that one operator may use on the CPU. */
  readonly threads: number
  /**
   * @param options.handOver spares a copy of the model; the caller's array is emptied, unless it is a view into a larger one
   * @throws DeviceError, SessionError
   */
  load(model: Uint8Array, options?: { readonly handOver?: boolean }): Promise<Session>
  /** Moves a tensor into the worker. The caller's array is emptied unless `copy` is set or it is a view into a larger one. */
  keep(tensor: HostTensor, options?: { readonly copy?: boolean }): Promise<KeptTensor>
  fetch(tensor: KeptTensor): Promise<HostTensor>
  drop(tensors: readonly KeptTensor[]): Promise<void>
  /** Version of ONNX Runtime, known once a model was loaded. */
  readonly runtimeVersion: string | undefined
  /**
   * Makes calls under way fail at once. The thread ends with the native call that it is in; until then it keeps the
   * process alive. When the promise resolves, another engine may have the device.
   */
  close(): Promise<void>
}

export interface EngineOptions {
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number | undefined
}

/**
 * Workers that hold the WebGPU device. ONNX Runtime keeps one WebGPU context for the whole process, and two threads in it
 * at a time end the process; what is shared by the process has to be counted by the process.
 */
const webgpuWorkers = new Set<Worker>()

/**
 * Starts the worker thread. It does not keep the process alive by itself.
 * @throws DeviceError where `webgpu` is asked for while another engine has it: close that one, or share it
 */
export function openEngine({ device, threads = availableParallelism() }: EngineOptions): Engine {
  if (device === 'webgpu' && webgpuWorkers.size > 0)
    throw new DeviceError(
      'another engine of this process runs on webgpu, and ONNX Runtime allows only one: close it first, or use it for both',
    )
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url))
  if (device === 'webgpu') webgpuWorkers.add(worker)
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  const state: { count: number; answered: boolean; closed?: Error; runtimeVersion?: string; last?: number } = {
    count: 0,
    answered: false,
  }

  const fail = (error: Error): void => {
    state.closed ??= error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    state.answered = true
    // A closed engine holds the process until its worker has answered for the last time.
    if (waiting.size === 0 && state.last === undefined) worker.unref()
    if (reply.id === state.last) void worker.terminate()
    if ('error' in reply) call?.reject(revive(reply.error))
    else call?.resolve(reply.answer)
  })
  worker.on('error', (cause) => fail(new SessionError(`the session worker failed: ${cause.message}`, { cause })))
  worker.on('exit', (code) => {
    webgpuWorkers.delete(worker)
    fail(new SessionError(`the session worker ended with code ${code}`))
  })
  worker.unref()

  function ask<Kind extends Request['kind']>(
    request: Extract<Request, { kind: Kind }>,
    transfer: ArrayBuffer[] = [],
  ): Promise<Answers[Kind]> {
    if (state.closed !== undefined) return Promise.reject(state.closed)
    const id = ++state.count
    const envelope: Envelope = { id, request }
    return new Promise((resolve, reject) => {
      // Throws where an array was handed over before; then nothing must be waited for.
      worker.postMessage(envelope, transfer)
      waiting.set(id, { resolve: (answer) => resolve(answer as Answers[Kind]), reject })
      worker.ref()
    })
  }

  return {
    device,
    threads,
    get runtimeVersion() {
      return state.runtimeVersion
    },
    load: async (model, { handOver = false } = {}) => {
      const { session, runtimeVersion } = await ask<'load'>(
        { kind: 'load', model, device, threads },
        handOver ? wholeBuffer(model) : [],
      )
      state.runtimeVersion = runtimeVersion
      return {
        run: async (feeds, keep = []) => {
          const { results, kept } = await ask<'run'>({ kind: 'run', session, feeds: withoutMethods(feeds), keep })
          const handles = Object.entries(kept).map(([name, number]) => [name, { kept: number }] as const)
          return { results, kept: Object.fromEntries(handles) }
        },
        release: async () => {
          await ask<'release'>({ kind: 'release', session })
        },
      }
    },
    keep: (tensor, { copy = false } = {}) => {
      return ask<'keep'>({ kind: 'keep', tensor }, copy ? [] : wholeBuffer(tensor.data))
    },
    fetch: async ({ kept }) => (await ask<'fetch'>({ kind: 'fetch', kept })).tensor,
    drop: async (tensors) => {
      await ask<'drop'>({ kind: 'drop', kept: tensors.map(({ kept }) => kept) })
    },
    close: async () => {
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      // One that never answered may still be loading ONNX Runtime, which is a call of it like any other.
      const busy = waiting.size > 0 || !state.answered
      if (state.closed === undefined && busy) {
        // A thread that is ended inside a call of ONNX Runtime takes the whole process with it, and so does a process
        // that exits over one: the worker is asked for one thing more, and ended when it answers that.
        state.last = ++state.count
        worker.postMessage({ id: state.last, request: { kind: 'drop', kept: [] } } satisfies Envelope)
        worker.ref()
      } else if (state.last === undefined) void worker.terminate()
      fail(new SessionError('the engine was closed'))
      // Only whoever wants the same device has to wait for the end of a native call.
      if (device === 'webgpu' && worker.threadId !== -1) await ended
    },
  }
}

/** What can be handed over with an array: a view into something larger is copied, since the rest would be emptied, too. */
function wholeBuffer({ buffer, byteLength }: HostTensor['data'] | Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}

function withoutMethods(feeds: Readonly<Record<string, HostTensor | KeptTensor>>): Record<string, Feed> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) =>
      'kept' in feed ? [name, { kept: feed.kept }] : [name, { dtype: feed.dtype, shape: feed.shape, data: feed.data }],
    ),
  )
}

function revive({ name, message }: { readonly name: string; readonly message: string }): Error {
  return name === 'DeviceError' ? new DeviceError(message) : new SessionError(message)
}
