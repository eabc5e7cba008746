import { describe, expect, test } from 'vitest'
import { formatProgress } from '../../cli/progress.ts'

const images = { phase: 'generate', task: 'generating', unit: 'images', total: 500 } as const

describe('a line of progress', () => {
  test('shows a bar, what is done, the rate, and the time left at that rate', () => {
    const line = formatProgress({ ...images, done: 250 }, 10)
    expect(line).toBe(`generating ${'█'.repeat(12)}${'░'.repeat(12)} 250/500 images · 25/s · 10 s left`)
  })

  test('leaves out of the rate what an earlier attempt had done', () => {
    expect(formatProgress({ ...images, done: 250 }, 10, 200)).toContain('250/500 images · 5.0/s · 50 s left')
  })

  test('knows no rate before time has passed', () => {
    expect(formatProgress({ ...images, done: 0 }, 0)).toBe(`generating ${'░'.repeat(24)} 0/500 images`)
  })

  test('has no time left at the end', () => {
    expect(formatProgress({ ...images, done: 500 }, 10)).toBe(`generating ${'█'.repeat(24)} 500/500 images · 50/s`)
  })

  test('shows the loss where something is trained', () => {
    const line = formatProgress({ ...images, task: 'training', unit: 'steps', done: 100, loss: 0.12345 }, 1)
    expect(line).toMatch(/100\/500 steps · 100\/s · 4 s left · loss 0\.123$/)
  })

  test('survives a task of nothing', () => {
    expect(formatProgress({ ...images, total: 0, done: 0 }, 1)).toBe(`generating ${'█'.repeat(24)} 0/0 images`)
  })
})
