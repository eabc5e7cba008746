import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderReport } from '../../functions/factory/report/index.ts'
import { reportOfPaintings } from '../functions/factory/report/reportOfPaintings.ts'

const seeds = Array.from({ length: 16 }, (_, index) => 100 + index)
let browser: Browser
let folder: string
let address: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-report-'))
  const report = await reportOfPaintings(new URL('../../models/avatars/seeds/', import.meta.url), seeds)
  await writeFile(join(folder, 'report.html'), await renderReport(report))
  address = pathToFileURL(join(folder, 'report.html')).href
  // Chromium's own sandbox does not start as root, which is what containers run as.
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Opened {
  readonly page: Page
  /** What the page asked for beyond itself and its data, and what it complained of. */
  readonly trouble: string[]
}

async function open(colorScheme: 'light' | 'dark', width: number): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' })
  const trouble: string[] = []
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) trouble.push(`asked for ${request.url()}`)
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text())
  })
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.goto(address)
  return { page, trouble }
}

/** Everything that axe-core complains of, with the first places; `axe.run` sees the page as it stands, dialog included. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const result = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map((node) => node.html.slice(0, 120))
        .slice(0, 5)
        .join(' | ')}`,
  )
}

const focused = (page: Page): Promise<string> =>
  page.evaluate('(document.activeElement.id || document.activeElement.className || document.activeElement.tagName)')

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 375],
  ['dark', 375],
] as const)('the report in %s at %i px', (colorScheme, width) => {
  test('has no accessibility violation, asks for nothing, and fits the screen', async () => {
    const { page, trouble } = await open(colorScheme, width)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    await page.locator('#gallery-tiles .tile').first().click()
    expect(await violations(page)).toEqual([])
    expect(
      await page.evaluate(
        'document.querySelector("dialog").scrollWidth <= document.querySelector("dialog").clientWidth',
      ),
    ).toBe(true)
    await page.keyboard.press('Escape')
    await page.locator('.chip').nth(9).click()
    expect(await violations(page)).toEqual([])
    expect(trouble).toEqual([])
    await page.close()
  })
})

describe('with the keyboard alone', () => {
  test('every control is reached, in the order of the page', async () => {
    const { page } = await open('light', 1280)
    const controls = await page.evaluate<number>(
      '[...document.querySelectorAll("a[href], button, input")].filter((control) => control.checkVisibility()).length',
    )
    const reached = new Set<number>()
    let last = -1
    for (let press = 0; press < controls; press++) {
      await page.keyboard.press('Tab')
      const index = await page.evaluate<number>(
        '[...document.querySelectorAll("a[href], button, input")].indexOf(document.activeElement)',
      )
      expect(index).toBeGreaterThan(last)
      last = index
      reached.add(index)
    }
    expect(reached.size).toBe(controls)
    await page.close()
  })

  test('a sample opens, its neighbours follow, and focus comes back to the one last shown', async () => {
    const { page } = await open('light', 1280)
    const shown = (seed: number) => page.locator('#sample-title', { hasText: `Seed ${seed}` }).waitFor()
    await page.locator('#gallery-tiles .tile').nth(2).focus()
    await page.keyboard.press('Enter')
    await shown(1022)
    await page.keyboard.press('ArrowRight')
    await shown(1033)
    expect(await page.locator('#sample-command').textContent()).toContain('--seed 1033')
    await page.keyboard.press('ArrowLeft')
    await shown(1022)
    await page.keyboard.press('ArrowLeft')
    await shown(1011)
    await page.keyboard.press('Escape')
    await page.locator('#sample').waitFor({ state: 'hidden' })
    await page.waitForFunction('document.activeElement.dataset.seed === "1011"')
    await page.close()
  })

  test('the labels fade with the arrow keys', async () => {
    const { page } = await open('light', 1280)
    await page.locator('#overlay').focus()
    await page.keyboard.press('Home')
    expect(await focused(page)).toBe('overlay')
    const opacity = await page.evaluate('getComputedStyle(document.querySelector("#gallery-tiles .labels")).opacity')
    expect(opacity).toBe('0')
    await page.close()
  })
})

describe('looking at a sample', () => {
  test('the dialog shows image, labels, overlay and uncertainty, and says whether it was kept', async () => {
    const { page } = await open('light', 1280)
    await page.locator('#gallery-tiles .tile').first().click()
    expect(await page.locator('#sample figure:visible figcaption').allTextContents()).toEqual([
      'Image',
      'Labels',
      'Overlay',
      'Uncertainty',
    ])
    expect(await page.locator('#sample-about').textContent()).toBe('Kept · uncertainty 0.0310 nats')
    await page.keyboard.press('Escape')
    await page.locator('.tiles.pairs .tile').first().click()
    expect(await page.locator('#sample-about').textContent()).toBe('Dropped · uncertainty 0.1220 nats')
    await page.close()
  })

  test('the pointer on a tile takes its labels away', async () => {
    const { page } = await open('light', 1280)
    const opacity = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.querySelector("#gallery-tiles .labels")).opacity')
    expect(await opacity()).toBe('0.6')
    await page.locator('#gallery-tiles .tile').first().hover()
    expect(await opacity()).toBe('0')
    await page.close()
  })
})

describe('choosing a part', () => {
  test('leaves the images that show it, with exactly its pixels lit', async () => {
    const { page } = await open('light', 1280)
    const glasses = page.locator('.chip').nth(9)
    await glasses.click()
    const expected = await page.locator('#gallery-tiles > li[data-parts~="9"]').count()
    expect(expected).toBeGreaterThan(0)
    expect(await page.locator('#gallery-tiles > li:visible').count()).toBe(expected)
    expect(await page.locator('#gallery-status').textContent()).toBe(
      `${expected} of 48 images show worn/glasses. Choose it again to see all.`,
    )
    await page.waitForFunction(`document.querySelectorAll('#gallery-tiles canvas').length === ${expected}`)
    const differs = await page.evaluate(`(() => {
      const pixels = (source) => {
        const canvas = new OffscreenCanvas(128, 128), context = canvas.getContext('2d')
        context.drawImage(source, 0, 0)
        return context.getImageData(0, 0, 128, 128).data
      }
      const stack = document.querySelector('#gallery-tiles canvas').parentElement
      const [labels, lit] = [pixels(stack.querySelector('.labels')), pixels(stack.querySelector('canvas'))]
      const isCyan = (data, at) => data[at] === 0 && data[at + 1] === 255 && data[at + 2] === 255 && data[at + 3] === 255
      let lights = 0, differences = 0
      for (let at = 0; at < labels.length; at += 4) {
        if (isCyan(labels, at)) lights++
        if (isCyan(labels, at) !== isCyan(lit, at)) differences++
      }
      return { some: lights > 0, differences }
    })()`)
    expect(differs).toEqual({ some: true, differences: 0 })
    await glasses.click()
    expect(await page.locator('#gallery-tiles > li:visible').count()).toBe(48)
    expect(await page.locator('#gallery-tiles canvas').count()).toBe(0)
    await page.close()
  })

  test('works from the tree of parts, too', async () => {
    const { page } = await open('light', 1280)
    await page.locator('#parts a[data-part="10"]').click()
    expect(await page.locator('.chip[aria-pressed="true"]').textContent()).toBe('worn/hat')
    await page.close()
  })
})

test('the cost follows its assumptions, and ignores nonsense', async () => {
  const { page } = await open('light', 1280)
  const cost = (): Promise<string[]> => page.locator('[data-cost]').allTextContents()
  expect(await cost()).toEqual(['150 h', '$3,750', '5 h 20 min', '$133'])
  await page.fill('[name=minutes]', '10')
  await page.fill('[name=rate]', '60')
  expect(await cost()).toEqual(['75 h', '$4,500', '2 h 40 min', '$160'])
  await page.fill('[name=minutes]', '-3')
  expect(await cost()).toEqual(['75 h', '$4,500', '2 h 40 min', '$160'])
  await page.close()
})
