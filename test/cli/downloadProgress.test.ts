import { describe, expect, test } from 'vitest'
import { formatDownload, showDownload } from '../../cli/downloadProgress.ts'

describe('a line of a download', () => {
  test('shows a bar, what is there, the rate, and the time left at that rate', () => {
    const line = formatDownload({ done: 100_000_000, total: 400_000_000 }, 10)
    expect(line).toBe(`Downloading ${'█'.repeat(6)}${'░'.repeat(18)} 100 of 400 MB · 10.0 MB/s · 30 s left`)
  })

  test('leaves out of the rate what was there before', () => {
    const line = formatDownload({ done: 100_000_000, total: 400_000_000 }, 10, 80_000_000)
    expect(line).toContain('2.0 MB/s · 150 s left')
  })

  test('shows small files with a digit more, and unknown sizes without an end', () => {
    expect(formatDownload({ done: 1_500_000, total: 3_000_000 }, 0)).toContain(' 1.5 of 3.0 MB')
    expect(formatDownload({ done: 20_000_000, total: undefined }, 10)).toBe(
      `Downloading ${'░'.repeat(24)} 20 MB · 2.0 MB/s`,
    )
  })

  test('survives an empty file', () => {
    expect(formatDownload({ done: 0, total: 0 }, 0)).toBe(`Downloading ${'░'.repeat(24)} 0.0 of 0.0 MB`)
  })
})

function display(live: boolean) {
  const clock = { milliseconds: 0 }
  const written: string[] = []
  const shown = showDownload({ live, write: (text) => written.push(text), now: () => clock.milliseconds })
  return { ...shown, clock, written }
}

describe('where lines stay', () => {
  test('one is written for each tenth', () => {
    const { progress, written } = display(false)
    for (let done = 0; done <= 1000; done += 50) progress({ done: done * 1e6, total: 1000e6 })
    expect(written).toHaveLength(10)
    expect(written[4]).toBe('Downloaded 500 of 1000 MB\n')
  })

  test('it is said what was there already, and why the download begins again', () => {
    const { progress, trouble, written } = display(false)
    progress({ done: 40e6, total: 100e6 })
    trouble('the connection broke off', 2)
    expect(written).toEqual([
      '40 of 100 MB are there already\n',
      'Downloaded 40 of 100 MB\n',
      'the connection broke off: again in 2 s\n',
    ])
  })

  test('one is written for each hundred megabytes of an unknown size', () => {
    const { progress, written } = display(false)
    for (let done = 0; done < 350; done += 10) progress({ done: done * 1e6, total: undefined })
    expect(written).toHaveLength(3)
  })
})

describe('on a terminal', () => {
  test('the bar is drawn anew in its place, ten times a second, and at the end', () => {
    const { progress, end, clock, written } = display(true)
    for (let done = 0; done <= 1000; done += 1) {
      clock.milliseconds = done
      progress({ done, total: 1000 })
    }
    end()
    end()
    expect(written).toHaveLength(12)
    expect(written.slice(0, -1).every((text) => text.startsWith('\r\u001b[2K'))).toBe(true)
    expect(written.at(-1)).toBe('\n')
  })

  test('what goes wrong stands on a line of its own', () => {
    const { progress, trouble, written } = display(true)
    progress({ done: 0, total: 10 })
    trouble('the connection broke off', 2)
    expect(written.slice(1)).toEqual(['\n', 'the connection broke off: again in 2 s\n'])
  })
})
