import { describe, expect, test } from 'vitest'
import { openEdge } from '../edgeUnderTest.ts'

describe('calls of older servers', () => {
  test('to train are like START_TRAINING', async () => {
    const { ask, queue } = openEdge()
    const { status, json } = await ask('POST', '/train', {
      project: '8.1795377060',
      label_config: '<View/>',
      params: {},
    })
    expect({ status, json }).toEqual({ status: 200, json: { status: 'queued', job: queue.messages[0]?.id } })
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'train', project: '8' })])
  })

  test.each(['/validate', '/delete', '/duplicate_model'])('%s is heard, and nothing follows', async (path) => {
    const { ask, queue } = openEdge()
    const { status, json } = await ask('POST', path, { project: '8.1795377060', config: '<View/>' })
    expect({ status, json }).toEqual({ status: 200, json: { status: 'ok' } })
    expect(queue.messages).toEqual([])
  })

  test('ask for jobs, and whether one is under way', async () => {
    const { ask } = openEdge()
    expect((await ask('POST', '/job_status', { job: 'id-1' })).json).toEqual({
      job_status: 'queued',
      error: '',
      log: '',
    })
    expect((await ask('GET', '/is_training?project=8.1795377060')).json).toEqual({ is_training: false })
    expect((await ask('GET', '/is_training')).status).toBe(400)
  })
})
