import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../integrations/storage/index.ts'
import { at, finished, losses, runOf, stateOf } from '../functions/edge/pages/records.ts'
import { projects, storeOfProjects } from '../functions/edge/pages/storeOfProjects.ts'
import { writer } from '../functions/edge/pages/writer.ts'
import { type Opened, type OpenOptions, openPage, violations } from './support/openPage.ts'
import { type PageServer, servePages } from './support/servePages.ts'

const pagePaths = {
  'the list of projects': '',
  ...Object.fromEntries(
    Object.entries(projects).map(([name, id]) => [`the page of a project: ${name}`, `projects/label-studio-${id}`]),
  ),
  'a page that is not there': 'projects/label-studio-77',
}
let browser: Browser
let store: Store
let server: PageServer

beforeAll(async () => {
  store = await storeOfProjects()
  server = await servePages({ store, pollMilliseconds: 50, prefix: '/k/key/', now: () => new Date(at(123)) })
  // Chromium's own sandbox does not start as root, which is what containers run as.
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const open = (path: string, options: OpenOptions = {}): Promise<Opened> =>
  openPage(browser, server.address, path, options)

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 375],
  ['dark', 375],
] as const)('in %s at %i px', (colorScheme, width) => {
  test.each(Object.entries(pagePaths))(
    '%s has no accessibility violation, fits the screen, and asks only this server',
    async (_, path) => {
      const { page, trouble } = await open(path, { colorScheme, width })
      if (!path.endsWith('77')) await page.waitForSelector('#connection[data-mode=live]')
      await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true')
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(trouble).toEqual([])
      await page.close()
    },
  )
})

describe('with the keyboard alone', () => {
  const controls = 'a[href], button, summary'

  test.each([
    ['the list of projects', ''],
    ['a project that is done', `projects/label-studio-${projects.done}`],
    ['a project with paintings that cannot be used', `projects/label-studio-${projects.painting}`],
  ])('every control of %s is reached, in the order of the page', async (_, path) => {
    const { page } = await open(path)
    await page.waitForSelector('#connection[data-mode=live]')
    const count = await page.evaluate<number>(
      `[...document.querySelectorAll("${controls}")].filter((control) => control.checkVisibility()).length`,
    )
    let last = -1
    for (let press = 0; press < count; press++) {
      await page.keyboard.press('Tab')
      const index = await page.evaluate<number>(
        `[...document.querySelectorAll("${controls}")].filter((control) => control.checkVisibility()).indexOf(document.activeElement)`,
      )
      expect(index).toBe(last + 1)
      last = index
    }
    await page.close()
  })

  const opacity = (page: Page): Promise<string> =>
    page.evaluate('getComputedStyle(document.querySelector(".shot .labels")).opacity')

  test('an image shows its labels with the focus, and keeps them when it is pressed', async () => {
    const { page } = await open(`projects/label-studio-${projects.done}`)
    const [first, second] = [page.locator('.shot').nth(0), page.locator('.shot').nth(1)]
    expect(await opacity(page)).toBe('0')
    await page.locator('#all-labels').focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement === document.querySelector(".shot")')).toBe(true)
    expect(Number(await opacity(page))).toBeGreaterThan(0.5)
    await page.keyboard.press('Enter')
    await second.focus()
    expect(await first.getAttribute('aria-pressed')).toBe('true')
    expect(Number(await opacity(page))).toBeGreaterThan(0.5)
    await page.close()
  })

  test('all images show their labels at once', async () => {
    const { page } = await open(`projects/label-studio-${projects.done}`)
    await page.locator('#all-labels').focus()
    await page.keyboard.press('Space')
    expect(await page.locator('#all-labels').getAttribute('aria-pressed')).toBe('true')
    expect(Number(await opacity(page))).toBeGreaterThan(0.5)
    await page.close()
  })
})

test('an image shows its labels under the pointer, in the colours of its parts', async () => {
  const { page } = await open(`projects/label-studio-${projects.done}`)
  const shot = page.locator('.shot').nth(0)
  await shot.hover()
  const colors = await page.evaluate<string[]>(`(async () => {
    const labels = document.querySelector('.shot .labels')
    await labels.decode()
    const canvas = new OffscreenCanvas(labels.naturalWidth, labels.naturalHeight), context = canvas.getContext('2d')
    context.drawImage(labels, 0, 0)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const found = new Set()
    for (let at = 0; at < data.length; at += 4) found.add([...data.slice(at, at + 3)].map((byte) => byte.toString(16).padStart(2, '0')).join(''))
    return [...found]
  })()`)
  // Skin and hair of the label list.
  expect(colors).toContain('ffc8a0')
  expect(colors).toContain('783ca0')
  await page.close()
})

const putProject = async (id: string, painted: number): Promise<void> => {
  const put = writer(store)
  await put.project(id)
  await put.state(
    id,
    stateOf(id, { title: 'Live', seeds: { painted }, next: { kind: 'painting', reason: `${painted} are painted.` } }),
  )
}

describe('while the store changes', () => {
  const painted = (page: Page, count: number): Promise<void> =>
    page.locator('.count', { hasText: `${count} of 16 painted` }).waitFor()

  test.each([
    ['by events', 'live', '21', ''],
    ['by asking, where there are no events', 'polling', '22', 'delete window.EventSource'],
    [
      'by asking, where events are refused',
      'polling',
      '23',
      'const Original = EventSource; window.EventSource = class extends Original { constructor() { super("nowhere") } }; Object.assign(window.EventSource, { CLOSED: 2 })',
    ],
  ])('a page follows %s', async (_, mode, id, before) => {
    await putProject(id, 3)
    const { page } = await open(`projects/label-studio-${id}`, { before })
    await page.waitForSelector(`#connection[data-mode=${mode}]`)
    await painted(page, 3)
    await putProject(id, 4)
    await painted(page, 4)
    expect(await page.locator('.next').textContent()).toContain('4 are painted.')
    await page.close()
  })

  test('a page whose events are held back on the way asks instead', async () => {
    await putProject('24', 3)
    const before = 'window.EventSource = class extends EventTarget { static CLOSED = 2; readyState = 0; close() {} }'
    const { page } = await open('projects/label-studio-24', { before })
    await page.waitForSelector('#connection[data-mode=polling]')
    await putProject('24', 4)
    await painted(page, 4)
    await page.close()
  })

  test('the focus and the place on the page stay, and a run is followed to its end', async () => {
    const id = '25'
    await putProject(id, 16)
    const put = writer(store)
    await put.run(id, runOf(1, 'training', [{ name: 'train', startedAt: at(61), seconds: 0 }]))
    const progress = {
      version: 'sixteen-v1',
      at: at(123),
      phase: 'train',
      task: 'Training',
      total: 100,
      unit: 'steps' as const,
    }
    await put.progress(id, { ...progress, done: 10, losses: losses(5) })
    const { page } = await open(`projects/label-studio-${id}`, { width: 375 })
    await page.waitForSelector('#connection[data-mode=live]')
    await page.waitForSelector('[role=progressbar][aria-valuenow="10"]')
    await page.locator('[data-key=stop]').focus()
    await page.evaluate('scrollTo(0, 300)')
    await put.progress(id, { ...progress, done: 90, losses: losses(45) })
    await page.waitForSelector('[role=progressbar][aria-valuenow="90"]')
    await put.run(id, runOf(1, 'done', [finished('train', 60)]))
    await page.waitForSelector('[data-key=stop][aria-disabled=true]')
    expect(await page.evaluate('document.activeElement.dataset.key')).toBe('stop')
    expect(await page.evaluate('scrollY')).toBe(300)
    expect(await page.locator('[role=progressbar]').count()).toBe(0)
    await page.close()
  })

  test('the list of projects follows, too', async () => {
    const id = '26'
    await putProject(id, 5)
    const list = await servePages({ store, pollMilliseconds: 50 })
    const page = await browser.newPage()
    await page.goto(list.address)
    await page.waitForSelector(`[data-key=label-studio-${id}]`)
    await putProject(id, 6)
    await page.locator('.project', { has: page.locator(`[data-key=label-studio-${id}]`), hasText: '6 of 16' }).waitFor()
    await page.close()
    await list.close()
  })
})

describe('what a person asks for', () => {
  const status = (page: Page, text: string): Promise<void> =>
    page.locator('#request-status', { hasText: text }).waitFor()

  test('goes to the API beside the page, and what came of it is told', async () => {
    server.asked.length = 0
    const { page } = await open(`projects/label-studio-${projects.done}`)
    await page.locator('[data-key=train]').press('Enter')
    await status(page, 'A run was asked for.')
    await page.locator('[data-key=show-sixteen-v1]').click()
    await status(page, 'sixteen-v1 is going to be shown.')
    expect(server.asked).toEqual([
      { method: 'POST', path: 'api/projects/label-studio/8/start', body: {} },
      { method: 'PUT', path: 'api/projects/label-studio/8/serving', body: { version: 'sixteen-v1' } },
    ])
    await page.close()
  })

  test('may be refused: then the reason is told', async () => {
    const { page } = await open(`projects/label-studio-${projects.failed}`)
    await page.locator('[data-key=retry]').click()
    await status(page, 'That was refused: the disk is still full')
    await page.close()
  })

  test('is not sent where it cannot be done: the reason is told', async () => {
    server.asked.length = 0
    const { page } = await open(`projects/label-studio-${projects.done}`)
    await page.locator('[data-key=stop]').press('Enter')
    await status(page, 'No run is under way.')
    expect(server.asked).toEqual([])
    await page.close()
  })
})
