import { describe, expect, test } from 'vitest'
import { loadDraft, openPredictions } from '../../../functions/publishing/predictions.ts'
import { ImageFileError } from '../../../integrations/images/index.ts'
import { keys, run, storeOfPredictions } from '../edge/labelStudio/storeOfPredictions.ts'

/** Hair on the left, one eye on the right, as the fixture has it. */
const painted = { width: 4, height: 2, data: Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 2]) }

async function opened() {
  const predictions = await openPredictions(await storeOfPredictions(), keys, 'sixteen-v1')
  if (predictions === undefined) throw new Error('the fixture has a dataset')
  return predictions
}

describe('the predictions of a version', () => {
  test('are those of its dataset and of its seeds, with the names of its parts', async () => {
    const predictions = await opened()
    expect(predictions.parts).toEqual(['background', 'Hair', 'Eye'])
    expect(['kept', 'dropped', 'seed', 'another'].map(predictions.has)).toEqual([true, true, true, false])
  })

  test('carry its name and how certain it is: 1 − u / ln 3, with three parts and ten members', async () => {
    const predictions = await opened()
    expect(await predictions.load('sure')).toEqual({ version: 'sixteen-v1', score: 1, labelMap: painted })
    expect((await predictions.load('kept'))?.score).toBeCloseTo(3 / 4, 12)
    expect((await predictions.load('seed'))?.score).toBeCloseTo(1 / 2, 12)
  })

  test('are none for samples that it does not know, or whose label map is gone', async () => {
    const store = await storeOfPredictions()
    await store.remove(run.labelMap('kept'))
    const predictions = await openPredictions(store, keys, 'sixteen-v1')
    expect(await predictions?.load('another')).toBeUndefined()
    expect(await predictions?.load('kept')).toBeUndefined()
  })

  test('that are damaged are an error that says so', async () => {
    await expect((await opened()).load('damaged')).rejects.toThrow(ImageFileError)
  })

  test('are none while the run has no dataset', async () => {
    expect(await openPredictions(await storeOfPredictions(), keys, 'sixteen-v2')).toBeUndefined()
  })

  test('are those of the dataset alone while the seeds are not labelled yet', async () => {
    const store = await storeOfPredictions()
    await store.remove(run.seedPredictions)
    const predictions = await openPredictions(store, keys, 'sixteen-v1')
    expect([predictions?.has('kept'), predictions?.has('seed')]).toEqual([true, false])
  })
})

test('a draft is a prediction of the version before the first, as uncertain as can be', async () => {
  const store = await storeOfPredictions()
  expect(await loadDraft(store, keys, 'seed')).toEqual({ version: 'sixteen-v0', score: 0, labelMap: painted })
  expect(await loadDraft(store, keys, 'another')).toBeUndefined()
})
