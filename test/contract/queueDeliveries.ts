import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../integrations/queue/index.ts'
import type { QueuePromises } from '../../integrations/queue/promises.ts'
import { drain, type QueueUnderTest } from './queueUnderTest.ts'

/** What comes, in which order, how often; each driver by its own promises. */
export function describeDeliveries(at: QueueUnderTest, promises: QueuePromises): void {
  describe('messages', () => {
    test('of a group come together, in the order in which they were sent', async () => {
      const bodies = Array.from({ length: Math.min(40, promises.bodies) }, (_, index) => `body ${index}`)
      await Promise.all(bodies.map((body) => at.send('faces', body)))
      const delivery = await at.received()
      expect(delivery).toMatchObject({ group: 'faces', bodies, attempt: 1 })
    })

    test('keep their text, whatever it is', async () => {
      const bodies = ['', 'ÄÖ 🙂', 'a\0b', '\'"; DROP TABLE message; --', 'x'.repeat(4096)]
      for (const body of bodies) await at.send('faces', body)
      expect((await at.received()).bodies).toEqual(bodies)
    })

    test(`come ${promises.bodies} at a time where there are more`, async () => {
      await Promise.all(Array.from({ length: promises.bodies + 1 }, (_, index) => at.send('faces', String(index))))
      const first = await at.received()
      expect(first.bodies).toEqual(Array.from({ length: promises.bodies }, (_, index) => String(index)))
      expect(await at.receive()).toBeUndefined()
      await first.done()
      expect((await at.received()).bodies).toEqual([String(promises.bodies)])
    })

    test('of other groups do not wait for a group under way, and groups take turns', async () => {
      await at.send('a', '1')
      at.clock.advance(1)
      await at.send('b', '2')
      at.clock.advance(1)
      const first = await at.received()
      await at.send('a', '3')
      expect(first.group).toBe('a')
      await first.done()
      expect((await drain(at.queue)).map(({ group, bodies }) => [group, ...bodies])).toEqual([
        ['b', '2'],
        ['a', '3'],
      ])
    })

    test('that are done never come again', async () => {
      await at.send('faces', 'a')
      await (await at.received()).done()
      at.clock.advance(86_400_000)
      expect(await at.receive()).toBeUndefined()
      expect(await at.queue.depth()).toEqual({ messages: 0, dead: 0 })
    })

    test('are counted until they are done, under way and delayed ones too', async () => {
      await at.send('a', '1')
      await at.send('a', '2')
      await at.send('b', '3')
      expect(await at.queue.depth()).toEqual({ messages: 3, dead: 0 })
      const delivery = await at.received()
      await (await at.received()).later(60)
      expect(await at.queue.depth()).toEqual({ messages: 3, dead: 0 })
      await delivery.done()
      expect((await at.queue.depth()).messages).toBe(3 - delivery.bodies.length)
    })
  })

  describe('a message whose id was sent before', () => {
    test('is forgotten, even after the first is done', async () => {
      await at.send('faces', 'first', 'same')
      await at.send('faces', 'second', 'same')
      expect((await drain(at.queue)).flatMap(({ bodies }) => bodies)).toEqual(['first'])
      at.clock.advance(5 * 60_000 - 1)
      await at.send('faces', 'third', 'same')
      expect(await at.receive()).toBeUndefined()
    })

    test('is forgotten when both are sent at once, fifty times', async () => {
      await Promise.all(Array.from({ length: 50 }, () => at.send('faces', 'once', 'same')))
      expect((await at.received()).bodies).toEqual(['once'])
    })

    test('is taken again after five minutes', async () => {
      await at.send('faces', 'first', 'same')
      at.clock.advance(5 * 60_000)
      await at.send('faces', 'second', 'same')
      expect((await at.received()).bodies).toEqual(['first', 'second'])
      await at.send('faces', 'third', 'same')
      expect(await at.queue.depth()).toEqual({ messages: 2, dead: 0 })
    })
  })

  describe('a group under way', () => {
    test('is delivered to nobody else; what is sent meanwhile comes when it is done', async () => {
      await at.send('faces', 'a')
      const delivery = await at.received()
      await at.send('faces', 'b')
      expect(await at.receive()).toBeUndefined()
      await delivery.done()
      expect(await at.received()).toMatchObject({ bodies: ['b'], attempt: 1 })
    })

    test('comes again when it is neither done nor delayed in time, with what was sent meanwhile', async () => {
      await at.send('faces', 'a')
      await at.received(30)
      await at.send('faces', 'b')
      at.clock.advance(29_999)
      expect(await at.receive()).toBeUndefined()
      at.clock.advance(1)
      expect(await at.received()).toMatchObject({ bodies: ['a', 'b'], attempt: 2 })
    })

    if (promises.endsLate) {
      test('can be done late, as long as it was not handed out again', async () => {
        await at.send('faces', 'a')
        const delivery = await at.received(30)
        at.clock.advance(31_000)
        await delivery.done()
        expect(await at.receive()).toBeUndefined()
      })
    } else {
      test('comes again when it is done or delayed late, as if nothing had been said', async () => {
        await at.send('faces', 'a')
        const delivery = await at.received(30)
        at.clock.advance(31_000)
        await delivery.done()
        await delivery.later(60)
        expect(await at.received()).toMatchObject({ bodies: ['a'], attempt: 2 })
      })
    }

    test('that was handed out again belongs to the newer delivery alone', async () => {
      await at.send('faces', 'a')
      const lost = await at.received(30)
      at.clock.advance(30_000)
      const newer = await at.received(30)
      await lost.done()
      await lost.later(0)
      expect(await at.receive()).toBeUndefined()
      expect((await at.queue.depth()).messages).toBe(1)
      await newer.later(10)
      await lost.done()
      await newer.done()
      expect((await at.queue.depth()).messages).toBe(1)
      at.clock.advance(10_000)
      expect(await at.received()).toMatchObject({ bodies: ['a'], attempt: 3 })
    })

    test('is not ended by an older delivery of a group that was empty meanwhile', async () => {
      await at.send('faces', 'a')
      const old = await at.received()
      await old.done()
      await at.send('faces', 'b')
      const newer = await at.received(30)
      await old.done()
      await old.later(0)
      expect(await at.receive()).toBeUndefined()
      await newer.done()
      expect((await at.queue.depth()).messages).toBe(0)
    })
  })

  describe('a delayed delivery', () => {
    test('comes again after its seconds, together with what was sent meanwhile', async () => {
      await at.send('faces', 'a')
      await (await at.received()).later(20)
      await at.send('faces', 'b')
      at.clock.advance(19_999)
      expect(await at.receive()).toBeUndefined()
      at.clock.advance(1)
      expect(await at.received()).toMatchObject({ bodies: ['a', 'b'], attempt: 2 })
    })

    test('comes again at once when it is delayed by nothing', async () => {
      await at.send('faces', 'a')
      await (await at.received()).later(0)
      expect(await at.received()).toMatchObject({ bodies: ['a'], attempt: 2 })
    })

    const delayOnce = async (attempt: number): Promise<void> => {
      const delivery = await at.received()
      expect(delivery.attempt).toBe(attempt)
      await delivery.later(1)
      at.clock.advance(1000)
    }
    if (promises.delaysCount) {
      test('counts as failed: after ten times it is set aside', async () => {
        await at.send('faces', 'a')
        for (let attempt = 1; attempt <= 10; attempt += 1) await delayOnce(attempt)
        expect(await at.receive()).toBeUndefined()
        expect(await at.queue.depth()).toEqual({ messages: 0, dead: 1 })
      })
    } else {
      test('never counts as failed', async () => {
        await at.send('faces', 'a')
        for (let attempt = 1; attempt <= 30; attempt += 1) await delayOnce(attempt)
        expect(await at.queue.depth()).toEqual({ messages: 1, dead: 0 })
      })
    }
  })

  describe('a message that failed ten times', () => {
    const failOnce = async (): Promise<Delivery> => {
      const delivery = await at.received(30)
      at.clock.advance(30_000)
      return delivery
    }

    test('is set aside and counted; what came later goes on', async () => {
      await at.send('faces', 'poison')
      for (let attempt = 1; attempt <= 9; attempt += 1) expect((await failOnce()).attempt).toBe(attempt)
      await at.send('faces', 'good')
      expect((await failOnce()).bodies).toEqual(['poison', 'good'])
      const delivery = await at.received()
      expect(delivery).toMatchObject({ bodies: ['good'], attempt: 2 })
      expect(await at.queue.depth()).toEqual({ messages: 1, dead: 1 })
      await delivery.done()
      expect(await at.queue.depth()).toEqual({ messages: 0, dead: 1 })
    })

    test('leaves an empty group behind, which takes messages as any other', async () => {
      await at.send('faces', 'poison')
      for (let attempt = 1; attempt <= 10; attempt += 1) await failOnce()
      await at.send('other', 'b')
      expect(await at.received()).toMatchObject({ group: 'other' })
      expect(await at.queue.depth()).toEqual({ messages: 1, dead: 1 })
      await at.send('faces', 'a')
      expect(await at.received()).toMatchObject({ bodies: ['a'], attempt: 1 })
    })
  })
}
