import { expect, test } from 'vitest'
import { pauseAfter } from '../../../integrations/aws/patience.ts'

const pausesWith = async (random: () => number): Promise<readonly number[]> => {
  const pauses: number[] = []
  const wait = async (milliseconds: number) => pauses.push(milliseconds)
  for (let tries = 1; tries <= 10; tries += 1) await pauseAfter(tries, { tries: 10, wait, random })
  return pauses
}

test('pauses may double each time, up to five seconds', async () => {
  const pauses = await pausesWith(() => 1 - 2 ** -53)
  expect(pauses).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
})

test('pauses are any part of that, so that those who met part', async () => {
  expect(await pausesWith(() => 0)).toEqual(Array(10).fill(0))
  expect((await pausesWith(() => 0.1)).slice(0, 3)).toEqual([5, 10, 20])
})
