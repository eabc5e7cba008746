import { describe, expect, test } from 'vitest'
import { type Queue, QueueError } from '../../integrations/queue/index.ts'
import type { QueueUnderTest } from './queueUnderTest.ts'

/** What no queue takes. */
export function describeRefusals(at: QueueUnderTest): void {
  describe('refused with an error that says why', () => {
    const name = 'x'.repeat(128)
    test.each<[string, Parameters<Queue['send']>[0], string]>([
      ['an empty group', { group: '', id: 'a', body: '' }, 'group is ""'],
      ['a group with a slash', { group: 'a/b', id: 'a', body: '' }, 'group is "a/b"'],
      ['a group that is too long', { group: `${name}x`, id: 'a', body: '' }, '1 to 128'],
      ['an id with a newline', { group: 'a', id: 'a\n', body: '' }, 'id is "a\\n"'],
      ['an id that is too long', { group: 'a', id: `${name}x`, body: '' }, '1 to 128'],
      ['a body of 4097 bytes', { group: 'a', id: 'a', body: 'x'.repeat(4097) }, '4097 bytes'],
      ['a body of 2049 umlauts', { group: 'a', id: 'a', body: 'ä'.repeat(2049) }, '4098 bytes'],
      ['half a surrogate pair', { group: 'a', id: 'a', body: '\ud83d' }, 'surrogate'],
    ])('%s', async (_, message, problem) => {
      await expect(at.queue.send(message)).rejects.toThrow(QueueError)
      await expect(at.queue.send(message)).rejects.toThrow(problem)
      expect(await at.queue.depth()).toEqual({ messages: 0, dead: 0 })
    })

    test('names of 128 letters are taken', async () => {
      await at.send(name, 'a', name)
      expect(await at.received()).toMatchObject({ group: name, bodies: ['a'] })
    })

    test.each([-1, 43_200.5, Number.NaN, Number.POSITIVE_INFINITY])('a delay of %d seconds', async (seconds) => {
      await at.send('faces', 'a')
      const delivery = await at.received()
      await expect(delivery.later(seconds)).rejects.toThrow(QueueError)
      await delivery.later(43_200)
      at.clock.advance(43_200_000)
      expect(await at.received()).toMatchObject({ attempt: 2 })
    })

    test.each([0, -1, 43_201, Number.NaN])('a visibility of %d seconds', async (visibilitySeconds) => {
      await expect(at.queue.receive({ visibilitySeconds, waitSeconds: 0 })).rejects.toThrow(QueueError)
    })

    test.each([-1, 43_201, Number.NaN])('a wait of %d seconds', async (waitSeconds) => {
      await expect(at.queue.receive({ visibilitySeconds: 1, waitSeconds })).rejects.toThrow(QueueError)
    })
  })
}
