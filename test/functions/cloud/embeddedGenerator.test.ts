import { expect, test } from 'vitest'
import { embeddedGenerator } from '../../../functions/cloud/embeddedGenerator.ts'
import * as weights from '../../../functions/gpu/jobs/generatorWeights.ts'

test('what functions without weights say of the embedded generator is what its weights say', async () => {
  const { embeddedGenerator: name, describeGenerator, readEmbeddedGenerator } = weights
  expect(await embeddedGenerator()).toEqual(describeGenerator(name, await readEmbeddedGenerator()))
})
