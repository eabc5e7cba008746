import { expect, test } from 'vitest'
import { readSampleName, SeedsError } from '../../../integrations/datasets/index.ts'

test.each([
  ['100.png', 100, undefined],
  ['100.labels.png', 100, undefined],
  ['seeds/0042.json', 42, undefined],
  ['C:\\masks\\seed100.png', 100, undefined],
  ['Seed_7.jpg', 7, undefined],
  ['avatars-s100-t1.png', 100, 1],
  ['avatars-s100-t0.7.labels.png', 100, 0.7],
  ['1f3a9c-seed-12.jpeg', 12, undefined],
  ['4294967295.png', 4294967295, undefined],
])('%s is seed %i', (name, seed, truncation) => {
  expect(readSampleName(name)).toEqual({ seed, truncation })
})

test.each(['face.png', 'photo-2021-100.png', 'seed1-s2.png', '4294967296.png', '-5.png', 'cats100.png', ''])(
  'no seed can be read from "%s"',
  (name) => {
    expect(() => readSampleName(name)).toThrow(SeedsError)
    expect(() => readSampleName(name)).toThrow(/100\.png, seed100\.png or avatars-s100-t1\.png/)
  },
)
