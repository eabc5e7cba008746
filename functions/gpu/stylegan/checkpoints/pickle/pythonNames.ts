import { z } from 'zod'
import { bytes, checkArguments, sequence } from './arguments.ts'
import { ELEMENT_BYTES, LIST_BYTES, type Names, Reference, type Surroundings, type Value } from './machineValue.ts'
import type { PickleValue } from './value.ts'

const encoded = z.tuple([z.string(), z.enum(['latin1', 'latin-1'])])
const ofBytes = z.union([z.tuple([]), z.tuple([bytes]), encoded])
const ofSequence = z.tuple([sequence.optional()])

/** What Python's own types may be made by. Protocol 2 calls their module by the name that it had in Python 2. */
export const pythonNames: Names = new Map(
  [
    ...['builtins', '__builtin__'].flatMap((module) => [
      ...['set', 'list'].map(
        (type) => new Reference(`${module}.${type}`, (args, around) => ({ value: makeList(args, around) })),
      ),
      ...['frozenset', 'tuple'].map(
        (type) =>
          new Reference(`${module}.${type}`, (args, around) => ({ value: Object.freeze(makeList(args, around)) })),
      ),
      ...['bytes', 'bytearray'].map(
        (type) => new Reference(`${module}.${type}`, (args, around) => ({ value: makeBytes(args, around) })),
      ),
    ]),
    // Protocol 2 has no bytes: it writes them as text, one character for each.
    new Reference('_codecs.encode', (args, around) => {
      const [text] = checkArguments(encoded, args, '_codecs.encode', around)
      return { value: encode(text, around) }
    }),
  ].map((reference) => [reference.name, reference]),
)

function makeList(args: readonly Value[], around: Surroundings): PickleValue[] {
  const [items = []] = checkArguments(ofSequence, args, 'a sequence', around)
  around.budget.make(LIST_BYTES + ELEMENT_BYTES * items.length)
  return [...items]
}

function makeBytes(args: readonly Value[], around: Surroundings): Uint8Array {
  const [content = new Uint8Array()] = checkArguments(ofBytes, args, 'bytes', around)
  return typeof content === 'string' ? encode(content, around) : content
}

/** One byte for each character. */
export function encode(text: string, { budget, fail }: Surroundings): Uint8Array {
  budget.make(text.length)
  const encoded = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0xff) throw fail('bytes are written as a text that holds other characters: the file is damaged')
    encoded[index] = code
  }
  return encoded
}
