import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../../../../../functions/gpu/random.ts'
import { CheckpointError } from '../../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { opcodes } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/opcodes.ts'
import { readPickleFile } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import { fixture } from '../../../../../support/fixture.ts'
import { describeValue } from './describeValue.ts'
import { join } from './writePickle.ts'

const instructions = Object.values(opcodes)
const edges = [0, 1, 0x7f, 0x80, 0xff]
const limits = { opcodes: 200_000, madeBytes: 2 ** 24 }

/** One to four small damages: other bytes, other instructions, parts moved, doubled or left out. */
function mutate(file: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(file)
  for (let count = 1 + random.integer(4); count > 0; count--) {
    const [begin, length] = [random.integer(bytes.length), random.integer(12)]
    const part = bytes.slice(begin, begin + length)
    const target = random.integer(bytes.length)
    switch (random.integer(6)) {
      case 0:
        bytes[begin] = random.integer(256)
        break
      case 1:
        bytes[begin] = instructions[random.integer(instructions.length)] ?? 0
        break
      case 2:
        bytes.fill(edges[random.integer(edges.length)] ?? 0, begin, begin + 1 + random.integer(8))
        break
      case 3:
        bytes = join(bytes.subarray(0, begin), bytes.subarray(begin + length))
        break
      case 4:
        bytes = join(bytes.subarray(0, target), part, bytes.subarray(target))
        break
      default:
        bytes.set(part.subarray(0, bytes.length - target), target)
    }
    if (bytes.length === 0) bytes = Uint8Array.of(0x80)
  }
  return bytes
}

/** What comes out of a file: whether it was read, or what was thrown. */
function outcome(file: Uint8Array): 'read' | 'refused' | { readonly unexpected: unknown } {
  try {
    describeValue(readPickleFile(file, limits))
    return 'read'
  } catch (error) {
    return error instanceof CheckpointError && error.message.length > 10 && error.message.length < 2000
      ? 'refused'
      : { unexpected: error }
  }
}

describe('damaged at random, a file is read or refused with a CheckpointError', () => {
  test.each([
    ['network.protocol2.pkl', 1500],
    ['network.protocol3.pkl', 1500],
    ['network.protocol4.pkl', 1500],
    ['network.protocol5.pkl', 1500],
    ['small.zip.pt', 3000],
    ['small.legacy.pt', 3000],
    ['values.legacy.pt', 300],
    ['values.zip.protocol5.pt', 300],
    ['values.deflated.pt', 300],
    ['values.protocol2.pkl', 300],
  ])('%s, %d times', (name, times) => {
    const file = fixture(`pickle/${name}`)
    const random = createRandom(2015, name)
    const counts = { read: 0, refused: 0 }
    for (let step = 0; step < times; step++) {
      const result = outcome(mutate(file, random.at(step)))
      if (typeof result !== 'string') throw new Error(`mutation ${step} of ${name}`, { cause: result.unexpected })
      counts[result]++
    }
    // Damages that are never noticed, or always at once, would test little.
    expect(counts.refused).toBeGreaterThan(times / 10)
    expect(counts.read).toBeGreaterThan(0)
  })

  test('so are random instructions, 5000 times', () => {
    const random = createRandom(2016, 'instructions')
    const step = (at: Random) =>
      at.integer(3) === 0 ? at.integer(256) : (instructions[at.integer(instructions.length)] ?? 0)
    for (let index = 0; index < 5000; index++) {
      const at = random.at(index)
      const file = Uint8Array.from([0x80, 4, ...Array.from({ length: 40 }, () => step(at)), 0x2e])
      expect(outcome(file)).toBeTypeOf('string')
    }
  })
})
