import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { failureOf } from './drafting.ts'
import { type Answer, json, plain } from './endpoint.ts'
import { segment } from './masks.ts'

describe('an answer of the wrong shape', () => {
  const good = segment('Face', ['##', '..'])
  test.each<[string, Answer]>([
    ['a page', plain('<h1>Welcome</h1>')],
    ['half a list', plain('[{"label": "Face"', 200, 'application/json')],
    ['nothing', plain('', 200, 'application/json')],
    ['an object', json({ error: 'no' })],
    ['null', json(null)],
    ['a list of null', json([null])],
    ['a list of lists', json([[good]])],
    ['a segment without a label', json([{ score: 1, mask: good.mask }])],
    ['a segment without a mask', json([{ label: 'Face', score: 1 }])],
    ['a mask of another kind', json([{ ...good, mask: { url: 'https://example.org' } }])],
    ['a mask that is no PNG', json([{ ...good, mask: 'x' }])],
    ['more segments than anyone paints', json(Array.from({ length: 1001 }, () => good))],
    ['classes of an image', json([{ label: 'Face', score: 0.9 }])],
  ])('is refused: %s', async (_, answer) => {
    expect(await failureOf(answer)).toMatchObject({ reason: 'answer' })
  })

  test('without an end is cut off', async () => {
    const ended: Promise<unknown>[] = []
    const endless: Answer = (response) => {
      ended.push(once(response, 'close'))
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(2 ** 20)));
      }
      response.on('drain', more)
      more()
    }
    expect(await failureOf(endless)).toMatchObject({
      reason: 'answer',
      message: expect.stringContaining('larger than'),
    })
    await Promise.all(ended)
  })

  test('that unpacks to much more than was sent is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 26, ' '))
    const answer: Answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
    expect(await failureOf(answer)).toMatchObject({ reason: 'answer', message: expect.stringContaining('larger than') })
  })
})
