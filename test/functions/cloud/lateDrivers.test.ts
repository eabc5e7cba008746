import { expect, test } from 'vitest'
import { lateStore, lateWorkflow } from '../../../functions/cloud/lateDrivers.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import type { Work, Workflow } from '../../../integrations/workflow/index.ts'

const work: Work = { kind: 'seeds', platform: 'label-studio', project: '1' }

test('a store is opened by the first call, once', async () => {
  let opened = 0
  const store = lateStore(async () => {
    opened += 1
    return openMemoryStore()
  })
  expect(opened).toBe(0)
  await Promise.all([store.head('a'), store.create('b', Uint8Array.of(1))])
  expect((await store.get('b'))?.bytes).toEqual(Uint8Array.of(1))
  expect(opened).toBe(1)
})

test('a store that cannot be opened says why, and is opened again by the next call', async () => {
  let opened = 0
  const store = lateStore(async () => {
    opened += 1
    if (opened === 1) throw new Error('no bucket')
    return openMemoryStore()
  })
  await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toThrow('no bucket')
  expect(await store.get('a')).toBeUndefined()
})

test('a workflow is opened by the first call, and asked what is asked', async () => {
  const asked: string[] = []
  const note = (call: string) => async (of: Work) => {
    asked.push(`${call} ${of.project}`)
    return true
  }
  const workflow = lateWorkflow(async (): Promise<Workflow> => {
    asked.push('open')
    return { start: note('start'), stop: note('stop'), isActive: note('isActive') }
  })
  expect(asked).toEqual([])
  expect([await workflow.start(work), await workflow.stop(work), await workflow.isActive(work)]).toEqual([
    true,
    true,
    true,
  ])
  expect(asked).toEqual(['open', 'start 1', 'stop 1', 'isActive 1'])
})
