/**
 * The program that chooseDevice starts to try a device: a few convolutions, run and timed. It is a process of its own,
 * because a bad driver may end the process that tries it, and writes to its standard error whatever it likes.
 *
 * Forked with the device as its argument, it answers its parent with a `ProbeAnswer`.
 */
import { constant } from './constant.ts'
import { DeviceChoice, DeviceError } from './device.ts'
import { openEngine } from './engine.ts'
import { float32 } from './hostTensor.ts'
import { buildModel } from './model.ts'
import { convolution } from './ops/convolution.ts'
import { relu } from './ops/elementwise.ts'
import { reduceMean } from './ops/reduce.ts'
import { input } from './tensor.ts'

/** Milliseconds that the graph takes once it is warm, or why it cannot run. */
export type ProbeAnswer = { readonly milliseconds: number } | { readonly error: string }

const channels = 48
const side = 64
/** Milliseconds of measuring after which no further round begins: a device in software would take long. */
const enough = 200

/** A quarter of a billion multiply-adds: some milliseconds on a processor, enough to see a GPU's advantage. */
function probeGraph(): Uint8Array {
  const kernel = constant(new Float32Array(channels * channels * 9).fill(0.01), [channels, channels, 3, 3])
  let x = input('x', 'float32', [1, channels, side, side])
  for (let layer = 0; layer < 3; layer++) x = relu(convolution(x, kernel, undefined, { pads: [1, 1, 1, 1] }))
  // One number: reading the whole result back would measure the bus.
  return buildModel({ name: 'probe', outputs: { mean: reduceMean(x) } }).bytes
}

async function probe(device: string | undefined): Promise<ProbeAnswer> {
  const named = DeviceChoice.exclude(['auto']).safeParse(device)
  if (!named.success) throw new DeviceError(`${device} is no device`)
  const engine = openEngine({ device: named.data })
  try {
    const session = await engine.load(probeGraph())
    const x = await engine.keep(float32(new Float32Array(channels * side * side).fill(0.1), [1, channels, side, side]))
    // The first run prepares kernels and shaders.
    await session.run({ x })
    const begin = performance.now()
    let milliseconds = Number.POSITIVE_INFINITY
    for (let round = 0; round < 10 && performance.now() - begin < enough; round++) {
      const start = performance.now()
      await session.run({ x })
      milliseconds = Math.min(milliseconds, performance.now() - start)
    }
    return { milliseconds }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  } finally {
    await engine.close()
  }
}

process.send?.(await probe(process.argv[2]))
process.disconnect?.()
