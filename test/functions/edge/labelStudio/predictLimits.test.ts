import { describe, expect, test } from 'vitest'
import type { Store } from '../../../../integrations/storage/index.ts'
import { openEdge } from '../edgeUnderTest.ts'
import { recorded } from '../recorded.ts'
import { asking, Results, run, storeOfPredictions } from './storeOfPredictions.ts'

describe('an answer', () => {
  test('stays below its limit: what does not fit is left empty, and asked to be pushed', async () => {
    const store = await storeOfPredictions()
    const whole = JSON.stringify((await openEdge({ store }).ask('POST', '/predict', asking('sure'))).json)
    const limit = Math.floor(whole.length * 2.5)
    const { app, queue } = openEdge({ store, limits: { answerBytes: limit } })
    const body = JSON.stringify(asking('sure', 'sure', 'sure', undefined, 'sure'))
    const text = await (await app.request('/predict', { method: 'POST', body })).text()
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
    const { results } = Results.parse(JSON.parse(text))
    expect(results.map((item) => 'result' in item)).toEqual([true, true, false, false, false])
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'push', project: '8', tasks: ['3', '5'] })])
  })

  test('comes in time: what was not reached is left empty, and asked to be pushed', async () => {
    const store = await storeOfPredictions()
    const edge = openEdge({ store, limits: { predictSeconds: 20 } })
    let reads = 0
    const slow: Store = {
      ...store,
      get: (key) => {
        // Each of the label maps takes nine seconds.
        if (key.startsWith(run.labels)) {
          reads += 1
          edge.clock.milliseconds += 9000
        }
        return store.get(key)
      },
    }
    const { ask, queue } = openEdge({ store: slow, now: () => new Date(edge.clock.milliseconds) })
    const samples = Array.from({ length: 250 }, () => 'sure')
    const { results } = Results.parse((await ask('POST', '/predict', asking(...samples))).json)
    const answered = results.flatMap((item, index) => ('result' in item ? [index + 1] : []))
    expect(reads).toBe(3)
    expect(answered).toEqual([1, 2, 3])
    const pushed = queue.events().flatMap(({ kind, tasks }) => (kind === 'push' ? tasks : []))
    expect(pushed).toEqual(Array.from({ length: 247 }, (_, index) => String(index + 4)))
    expect(queue.messages.length).toBe(3)
  })

  test('to a hint that was drawn has no regions, and is never stored', async () => {
    const { ask, queue } = openEdge({ store: await storeOfPredictions() })
    const { status, json } = await ask('POST', '/predict', recorded('predict_interactive_ui').body)
    expect({ status, json }).toEqual({ status: 200, json: { results: [{ result: [], score: 0 }] } })
    expect(queue.messages).toEqual([])
  })
})
