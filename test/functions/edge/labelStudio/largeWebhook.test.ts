import { describe, expect, test } from 'vitest'
import { projectKey } from '../../../../functions/edge/index.ts'
import { openEdge } from '../edgeUnderTest.ts'

const key = 'a-long-random-access-key'
const ofProject8 = projectKey(key, 'label-studio', '8')

describe('a webhook that is too large to be read', () => {
  const limits = { webhookBytes: 1000 }
  const large = JSON.stringify({ action: 'ANNOTATION_CREATED', project: { id: 8 }, padding: 'x'.repeat(3000) })

  test('is acknowledged, and left to the reconciler', async () => {
    const { ask, queue } = openEdge({ limits })
    const { status, json } = await ask('POST', '/webhook', large)
    expect({ status, json }).toEqual({ status: 200, json: { status: 'left-to-reconciler' } })
    expect(queue.messages).toEqual([])
  })

  test('makes its project be looked at where the key names it', async () => {
    const { ask, queue } = openEdge({ limits, accessKey: key })
    expect((await ask('POST', `/k/${ofProject8}/webhook`, large)).status).toBe(200)
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'reconcile', project: '8' })])
  })

  test('and comes in pieces is read to its end, and never kept', async () => {
    const { app } = openEdge({ limits })
    let pulled = 0
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 1
        if (pulled > 10) controller.close()
        else controller.enqueue(new Uint8Array(500))
      },
    })
    const response = await app.request(
      new Request('http://localhost/webhook', { method: 'POST', body, duplex: 'half' }),
    )
    expect(response.status).toBe(200)
    expect(pulled).toBeGreaterThan(10)
  })

  test('and has no end is given up', async () => {
    const { app } = openEdge({ limits })
    let cancelled = false
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(500)),
      cancel: () => {
        cancelled = true
      },
    })
    const response = await app.request(
      new Request('http://localhost/webhook', { method: 'POST', body, duplex: 'half' }),
    )
    expect(response.status).toBe(200)
    expect(cancelled).toBe(true)
  })

  test('but one in pieces that is small enough is read', async () => {
    const { app, queue } = openEdge({ limits })
    const body = new Blob(['{"action":"START_TRA', 'INING","project":8}']).stream()
    await app.request(new Request('http://localhost/webhook', { method: 'POST', body, duplex: 'half' }))
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'train', project: '8' })])
  })
})
