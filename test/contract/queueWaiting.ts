import { describe, expect, onTestFinished, test } from 'vitest'
import { QueueError } from '../../integrations/queue/index.ts'
import type { QueueUnderTest } from './queueUnderTest.ts'

/** When `receive` answers. */
export function describeWaiting(at: QueueUnderTest): void {
  describe('receive', () => {
    test('gives nothing at once where it need not wait', async () => {
      expect(await at.receive()).toBeUndefined()
    })

    test('wakes when a message is sent', async () => {
      const [waiting] = await at.receiving(60)
      await at.send('faces', 'a')
      expect(await waiting).toMatchObject({ bodies: ['a'] })
    })

    test('does not miss a message that is sent at the very moment', async () => {
      const waiting = at.queue.receive({ visibilitySeconds: 60, waitSeconds: 60 })
      await at.send('faces', 'a')
      expect(await waiting).toMatchObject({ bodies: ['a'] })
    })

    test('wakes when a group gets free', async () => {
      await at.send('faces', 'a')
      const delivery = await at.received()
      await at.send('faces', 'b')
      const [waiting] = await at.receiving(30)
      await delivery.done()
      expect(await waiting).toMatchObject({ bodies: ['b'] })
    })

    test('wakes when a delay ends', async () => {
      await at.send('faces', 'a')
      await (await at.received()).later(20)
      const [waiting] = await at.receiving(60)
      at.clock.advance(20_000)
      expect(await waiting).toMatchObject({ bodies: ['a'] })
    })

    test('wakes when a delivery is lost', async () => {
      await at.send('faces', 'a')
      await at.received(20)
      const [waiting] = await at.receiving(60)
      at.clock.advance(20_000)
      expect(await waiting).toMatchObject({ bodies: ['a'], attempt: 2 })
    })

    test('gives one message to one of many who wait', async () => {
      const waiting = Array.from({ length: 5 }, () => at.queue.receive({ visibilitySeconds: 60, waitSeconds: 30 }))
      await at.clock.awaited()
      await at.send('faces', 'a')
      at.clock.advance(30_000)
      const deliveries = await Promise.all(waiting)
      expect(deliveries.filter((delivery) => delivery !== undefined)).toHaveLength(1)
    })

    test('gives nothing when its seconds are over', async () => {
      const [waiting] = await at.receiving(5)
      at.clock.advance(5000)
      expect(await waiting).toBeUndefined()
    })

    test('gives nothing when it is called off, before or meanwhile', async () => {
      const controller = new AbortController()
      const [waiting] = await at.receiving(60, controller.signal)
      controller.abort()
      expect(await waiting).toBeUndefined()
      await at.send('faces', 'a')
      const off = { visibilitySeconds: 60, waitSeconds: 60, signal: AbortSignal.abort() }
      expect(await at.queue.receive(off)).toBeUndefined()
      expect(await at.received()).toMatchObject({ attempt: 1 })
    })
  })

  describe('a closed queue', () => {
    test('lets go who waits, takes nothing more, and can be closed again', async () => {
      await at.send('faces', 'a')
      const delivery = await at.received()
      const [waiting] = await at.receiving(30)
      await at.queue.close()
      onTestFinished(() => at.queue.close())
      expect(await waiting).toBeUndefined()
      for (const call of [
        () => at.send('faces', 'b'),
        at.receive,
        at.queue.depth,
        delivery.done,
        () => delivery.later(1),
      ]) {
        await expect(call()).rejects.toThrow(QueueError)
      }
    })
  })
}
