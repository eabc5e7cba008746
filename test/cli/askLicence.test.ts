import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { askLicence } from '../../cli/askLicence.ts'

function asked(signal = new AbortController().signal) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  return { input, output, answer: askLicence({ input, output }, signal) }
}

describe('the question for a licence', () => {
  test('says why it is asked, and keeps what is typed', async () => {
    const { input, output, answer } = asked()
    input.write('  CC BY-NC 4.0 \n')
    expect(await answer).toBe('CC BY-NC 4.0')
    expect(String(output.read())).toContain('Most public checkpoints may be used for research only')
  })

  test('may be left without an answer', async () => {
    const { input, answer } = asked()
    input.write('\n')
    expect(await answer).toBeNull()
  })

  test('has none where the terminal ends', async () => {
    const { input, answer } = asked()
    input.end()
    expect(await answer).toBeNull()
  })

  test('has none where ^D is pressed', async () => {
    const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })]
    const answer = askLicence({ input, output }, new AbortController().signal)
    input.write('\u0004')
    expect(await answer).toBeNull()
  })

  test('keeps no more than a record takes', async () => {
    const { input, answer } = asked()
    input.write(`${'a'.repeat(3000)}\n`)
    expect(await answer).toHaveLength(2000)
  })

  test('ends with ^C', async () => {
    const ending = new AbortController()
    const { answer } = asked(ending.signal)
    const reason = new Error('interrupted')
    ending.abort(reason)
    await expect(answer).rejects.toBe(reason)
  })
})
