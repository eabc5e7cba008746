import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { readPickleFile } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import { fixture } from '../../../../../support/fixture.ts'
import { expectRefused } from './expectRefused.ts'
import { join, pickle, uint32, uint64 } from './writePickle.ts'

describe('damaged pickles', () => {
  test.each([
    ['an unknown instruction', pickle('\xff'), /0xff is no pickle instruction.*byte 2 of the file/],
    ['a protocol of the future', join('\x80\x09N.'), /protocol 9/],
    ['nothing to give back', pickle(''), /stack/],
    ['a tuple of too few', pickle('N\x86'), /stack/],
    ['a pop of nothing', pickle('0'), /stack/],
    ['taking what lies below a mark', pickle('NN(\x86'), /stack/],
    ['a tuple without a mark', pickle('Nt'), /mark/],
    ['a key without a value', pickle('}(Nu'), /key without a value/],
    ['items of a list', pickle(']NNs'), /no dict/],
    ['elements of a dict', pickle('}Na'), /no list/],
    ['elements of a tuple', pickle(')Na'), /no list/],
    ['a value that was never remembered', pickle('h\x05'), /remembered under the number 5/],
    ['a number of memory that is none', pickle('gx\n'), /no number/],
    ['a huge number of memory', pickle('Nr\xff\xff\xff\xff'), /4294967295/],
    ['a huge number of memory as text', pickle('Np9999999999\n'), /9999999999/],
    ['text that is no UTF-8', pickle('X', uint32(2), '\xc3\x28'), /UTF-8/],
    ['a key that is a list', pickle('}]Ns'), /neither a number nor a text/],
    ['a line without end', pickle('cos'), /does not end/],
    ['a number that is none', pickle('I12x\n'), /"12x" is no whole number/],
    ['a float that is none', pickle('F0x10\n'), /"0x10" is no number/],
    ['an integer of a million digits', pickle(`L${'9'.repeat(1_000_000)}L\n`), /no whole number/],
    ['an integer of thousands of bytes', pickle('\x8b', uint32(5000), new Uint8Array(5000)), /too long/],
    ['a negative length', pickle('\x8b', uint32(0xffffffff)), /-1 bytes/],
  ])('%s', (_, file, message) => expectRefused(file, message))

  test.each([
    ['bytes', 'B', uint32(0xffffffff)],
    ['text', 'X', uint32(0xffffffff)],
    ['long bytes', '\x8e', uint64(2 ** 32)],
    ['a long text', '\x8d', uint64(2n ** 63n)],
    ['a bytearray', '\x96', uint64(2n ** 64n - 1n)],
    ['a frame', '\x95', uint64(2 ** 32)],
  ])('%s of gigabytes that are not there', (_, opcode, length) => {
    expectRefused(pickle(opcode, length), /\d+ bytes (are|is) announced, 1 are left: the file was cut short/)
  })
})

describe('files that were cut short', () => {
  test.each([
    ['small.zip.pt', 1],
    ['small.legacy.pt', 1],
    ['network.protocol4.pkl', 1],
    ['network.protocol2.pkl', 1],
    ['values.legacy.pt', 1024],
    ['values.zip.pt', 1024],
    ['values.protocol5.pkl', 1024],
  ])('%s at every %d bytes', (name, step) => {
    const file = fixture(`pickle/${name}`)
    for (let length = 0; length < file.length; length += step)
      expect(() => readPickleFile(file.subarray(0, length)), `${length} bytes`).toThrow(CheckpointError)
  })
})
