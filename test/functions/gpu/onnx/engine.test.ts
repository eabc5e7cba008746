import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { afterAll, describe, expect, test } from 'vitest'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { DeviceError, SessionError } from '../../../../functions/gpu/onnx/device.ts'
import { type Engine, openEngine, type Session } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, type HostTensor } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { add, mul, stopGradient } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { gather } from '../../../../functions/gpu/onnx/ops/layout.ts'
import { matmul } from '../../../../functions/gpu/onnx/ops/linear.ts'
import { scan } from '../../../../functions/gpu/onnx/scan.ts'
import { input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const x = input('x', 'float32', [3])
const load = (outputs: Readonly<Record<string, Tensor>>, on: Engine = engine): Promise<Session> =>
  on.load(buildModel({ name: 'test', outputs }).bytes)
const vector = (...values: readonly number[]): HostTensor => float32(Float32Array.from(values))
const numbersOf = (tensor: HostTensor | undefined): readonly number[] => Array.from(tensor?.data ?? [], Number)

describe('no session runs on the main thread', () => {
  const loaded = (): readonly string[] =>
    Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('onnxruntime-node'))

  test('a graph runs without ONNX Runtime being loaded here', async () => {
    expect(isMainThread).toBe(true)
    const session = await load({ y: add(x, 1) })
    const { results } = await session.run({ x: vector(1, 2, 3) })
    expect(numbersOf(results.y)).toEqual([2, 3, 4])
    expect(loaded()).toEqual([])
  })

  test('the file that loads it refuses to make a session here', async () => {
    const { createSession } = await import('../../../../functions/gpu/onnx/runtime.ts')
    // Shows that the test above would see it.
    expect(loaded()).not.toEqual([])
    const { bytes } = buildModel({ name: 'test', outputs: { y: add(x, 1) } })
    await expect(createSession(bytes, { device: 'cpu', threads: 1 })).rejects.toThrow(
      new SessionError('sessions run in a worker thread: open an engine instead'),
    )
  })
})

describe('an engine', () => {
  test('leaves the caller his arrays when a graph is fed', async () => {
    const session = await load({ y: mul(x, 2) })
    const data = Float32Array.of(1, 2, 3)
    await session.run({ x: float32(data) })
    const { results } = await session.run({ x: float32(data) })
    expect([...data]).toEqual([1, 2, 3])
    expect(numbersOf(results.y)).toEqual([2, 4, 6])
  })

  test('leaves the caller his model, unless it is handed over whole', async () => {
    const build = (): Uint8Array => buildModel({ name: 'test', outputs: { y: mul(x, 2) } }).bytes
    const lengthAfter = async (model: Uint8Array, handOver?: boolean): Promise<number> => {
      const session = await engine.load(model, handOver === undefined ? {} : { handOver })
      expect(numbersOf((await session.run({ x: vector(1, 2, 3) })).results.y)).toEqual([2, 4, 6])
      return model.length
    }
    const { length } = build()
    expect(await lengthAfter(build())).toBe(length)
    expect(await lengthAfter(Uint8Array.from(build()), true)).toBe(0)
    // A view into something larger: the rest of it is not the engine's.
    const larger = new Uint8Array(length + 8)
    larger.set(build())
    expect(await lengthAfter(larger.subarray(0, length), true)).toBe(length)
  })

  test('reads integers, bytes and truth values back as they are', async () => {
    const outputs = {
      long: constant(BigInt64Array.of(2n ** 62n)),
      int: constant(Int32Array.of(-(2 ** 31))),
      byte: constant(Uint8Array.of(255)),
      double: constant(Float64Array.of(Math.PI)),
    }
    const session = await load(outputs)
    const { results } = await session.run({})
    expect(results).toEqual({
      long: { dtype: 'int64', shape: [1], data: BigInt64Array.of(2n ** 62n) },
      int: { dtype: 'int32', shape: [1], data: Int32Array.of(-(2 ** 31)) },
      byte: { dtype: 'uint8', shape: [1], data: Uint8Array.of(255) },
      double: { dtype: 'float64', shape: [1], data: Float64Array.of(Math.PI) },
    })
  })

  test('gives the same constant again in each run', async () => {
    const session = await load({ fixed: constant(Float32Array.of(1, 2)) })
    for (let run = 0; run < 3; run += 1) {
      const { results } = await session.run({})
      expect(numbersOf(results.fixed)).toEqual([1, 2])
      results.fixed?.data.fill(0 as never)
    }
  })

  test('serves calls in the order in which they were made', async () => {
    const session = await load({ y: add(x, 1) })
    const order: number[] = []
    await Promise.all(
      [1, 2, 3].map(async (value) => {
        const { results } = await session.run({ x: vector(value, 0, 0) })
        order.push(numbersOf(results.y)[0] ?? Number.NaN)
      }),
    )
    expect(order).toEqual([2, 3, 4])
  })

  test('knows the version of ONNX Runtime once a model was loaded', async () => {
    const fresh = openEngine({ device: 'cpu', threads: 1 })
    expect(fresh.runtimeVersion).toBeUndefined()
    await load({ y: add(x, 1) }, fresh)
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json')
    expect(fresh.runtimeVersion).toBe(version)
    await fresh.close()
  })
})

describe('a kept tensor', () => {
  test('feeds many runs, of many sessions, and can be fetched', async () => {
    const kept = await engine.keep(vector(1, 2, 3))
    const [double, increase] = [await load({ y: mul(x, 2) }), await load({ y: add(x, 1) })]
    expect(numbersOf((await double.run({ x: kept })).results.y)).toEqual([2, 4, 6])
    expect(numbersOf((await increase.run({ x: kept })).results.y)).toEqual([2, 3, 4])
    expect(numbersOf(await engine.fetch(kept))).toEqual([1, 2, 3])
    expect(numbersOf(await engine.fetch(kept))).toEqual([1, 2, 3])
  })

  test('can be a result that the next run reads, while other results come back', async () => {
    const session = await load({ next: add(x, 1), twice: mul(x, 2) })
    const first = await session.run({ x: vector(0, 1, 2) }, ['next'])
    expect(Object.keys(first.results)).toEqual(['twice'])
    const { next } = first.kept
    if (next === undefined) throw new TypeError('the result was not kept')
    const second = await session.run({ x: next })
    expect(numbersOf(second.results.next)).toEqual([2, 3, 4])
    expect(numbersOf(await engine.fetch(next))).toEqual([1, 2, 3])
  })

  test('stays whole when a graph returns it unchanged', async () => {
    const kept = await engine.keep(vector(1, 2, 3))
    const session = await load({ same: x, again: stopGradient(x) })
    for (let run = 0; run < 2; run += 1) {
      const { results } = await session.run({ x: kept })
      expect([results.same, results.again].map(numbersOf)).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ])
    }
    expect(numbersOf(await engine.fetch(kept))).toEqual([1, 2, 3])
  })

  test('takes the caller his array, unless it is asked to copy', async () => {
    const [given, copied] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3)]
    await engine.keep(float32(given))
    await engine.keep(float32(copied), { copy: true })
    expect([given.length, copied.length]).toEqual([0, 3])
  })

  test('that was dropped is named in the error of whoever uses it', async () => {
    const kept = await engine.keep(vector(1, 2, 3))
    await engine.drop([kept])
    const message = 'this kept tensor was dropped'
    await expect(engine.fetch(kept)).rejects.toThrow(new SessionError(message))
    const session = await load({ y: add(x, 1) })
    await expect(session.run({ x: kept })).rejects.toThrow(new SessionError(message))
  })
})

describe('after a failure the engine goes on', () => {
  const stillWorks = async (): Promise<void> => {
    const session = await load({ y: add(x, 1) })
    expect(numbersOf((await session.run({ x: vector(1, 2, 3) })).results.y)).toEqual([2, 3, 4])
  }

  test('of bytes that are no model', async () => {
    const noise = Uint8Array.from({ length: 500 }, (_, index) => (index * 37) % 256)
    await expect(engine.load(noise)).rejects.toThrow(SessionError)
    await expect(engine.load(noise)).rejects.toThrow(/refused the model/)
    await stillWorks()
  })

  test('of half a model', async () => {
    const { bytes } = buildModel({ name: 'test', outputs: { y: add(x, 1) } })
    await expect(engine.load(bytes.slice(0, bytes.length / 2))).rejects.toThrow(SessionError)
    await stillWorks()
  })

  test('of a tensor of another shape, type or name, or none at all', async () => {
    const session = await load({ y: add(x, 1) })
    const wrong: readonly Readonly<Record<string, HostTensor>>[] = [
      { x: vector(1, 2) },
      { x: { dtype: 'int32', shape: [3], data: Int32Array.of(1, 2, 3) } },
      { z: vector(1, 2, 3) },
      {},
      { x: float32(Float32Array.of(1, 2, 3), [4]) },
    ]
    for (const feeds of wrong) await expect(session.run(feeds)).rejects.toThrow(SessionError)
    await stillWorks()
  })

  test('of a graph that fails while it runs', async () => {
    const places = input('places', 'int32', [1])
    const session = await load({ y: gather(x, places) })
    const feeds = { x: vector(1, 2, 3), places: { dtype: 'int32', shape: [1], data: Int32Array.of(7) } } as const
    await expect(session.run(feeds)).rejects.toThrow(/the graph failed on cpu: .*out of.*bounds/)
    await stillWorks()
  })

  test('of a released session', async () => {
    const session = await load({ y: add(x, 1) })
    await session.release()
    await expect(session.run({ x: vector(1, 2, 3) })).rejects.toThrow(new SessionError('this session was released'))
    await stillWorks()
  })

  test('of an array that was given away before', async () => {
    const given = float32(Float32Array.of(1, 2, 3))
    await engine.keep(given)
    const session = await load({ y: add(x, 1) })
    await expect(session.run({ x: given })).rejects.toThrow()
    await stillWorks()
  })
})

describe('closing', () => {
  test('fails the run under way, and the process goes on', async () => {
    const closing = openEngine({ device: 'cpu', threads: 1 })
    const size = 256
    const matrix = input('matrix', 'float32', [size, size])
    const { states } = scan({
      states: [matrix],
      scanned: [input('steps', 'float32', ['steps'])],
      body: ([state = matrix]) => ({ states: [matmul(state, matrix)], stacked: [] }),
    })
    const session = await load({ last: states[0] ?? matrix }, closing)
    const feeds = (count: number) => ({
      matrix: float32(new Float32Array(size * size), [size, size]),
      steps: float32(new Float32Array(count), [count]),
    })
    // Whether the worker is in the run already or about to begin it: nobody hears of its result.
    const running = session.run(feeds(300))
    const outcome = expect(running).rejects.toThrow(SessionError)
    await closing.close()
    await outcome
    const other = openEngine({ device: 'cpu', threads: 1 })
    const next = await load({ y: add(x, 1) }, other)
    expect(numbersOf((await next.run({ x: vector(1, 2, 3) })).results.y)).toEqual([2, 3, 4])
    await other.close()
  })

  test('makes later calls fail at once', async () => {
    const closed = openEngine({ device: 'cpu', threads: 1 })
    await closed.close()
    await expect(closed.keep(vector(1))).rejects.toThrow(SessionError)
    await expect(closed.load(new Uint8Array(1))).rejects.toThrow(SessionError)
  })
})

describe('two engines at once', () => {
  test('work on the processor, each with its own tensors', async () => {
    const others = [openEngine({ device: 'cpu', threads: 1 }), openEngine({ device: 'cpu', threads: 2 })]
    const results = others.map(async (other, number) => {
      const kept = await other.keep(vector(number, 1, 2))
      const session = await load({ y: add(x, 1) }, other)
      return numbersOf((await session.run({ x: kept })).results.y)
    })
    expect(await Promise.all(results)).toEqual([
      [1, 2, 3],
      [2, 2, 3],
    ])
    await Promise.all(others.map((other) => other.close()))
  })

  test('cannot have webgpu: the second is refused until the first is closed', async () => {
    const first = openEngine({ device: 'webgpu' })
    const message = 'another engine of this process runs on webgpu, and ONNX Runtime allows only one'
    expect(() => openEngine({ device: 'webgpu' })).toThrow(DeviceError)
    expect(() => openEngine({ device: 'webgpu' })).toThrow(message)
    await first.close()
    const second = openEngine({ device: 'webgpu' })
    expect(() => openEngine({ device: 'webgpu' })).toThrow(message)
    await second.close()
  })
})
