/** How long a page of the annotation editor takes until masks are drawn, and to answer what a person does then. */
import { readFileSync } from 'node:fs'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { z } from 'zod'
import type { Place } from './innermost.ts'

export interface EditorTimes {
  /** Milliseconds from the navigation's start until every mask is seen. */
  readonly drawn: number
  /** Milliseconds from there until the main thread comes to rest: then the page answers. */
  readonly usable: number
  /** Milliseconds that the main thread computed until then, which other work on the machine changes little. */
  readonly busy: number
  /** Bytes of JavaScript objects and buffers after a garbage collection, and what the page's whole process holds. */
  readonly heap: number
  readonly resident: number
  /** Milliseconds from an input to its second frame: a region is chosen in the list; it gets another label; undone. */
  readonly select: number
  readonly relabel: number
  readonly undo: number
}

/** Looks at every frame whether something is drawn at all places: the canvases hold masks only, the image lies below. */
const watcher = (places: readonly Place[]): string => `
  globalThis.probe = { drawn: 0, lastTask: 0 }
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) probe.lastTask = Math.max(probe.lastTask, startTime + duration)
  }).observe({ type: 'longtask', buffered: true })
  const places = ${JSON.stringify(places)}
  const isDrawn = (image, [right, down]) => [...document.querySelectorAll('.konvajs-content canvas')].some((canvas) => {
    const { left, top } = canvas.getBoundingClientRect()
    const [x, y] = [image.left + right * image.width - left, image.top + down * image.height - top]
    return canvas.getContext('2d').getImageData(Math.floor(x), Math.floor(y), 1, 1).data[3] > 0
  })
  globalThis.untilDrawn = () => new Promise((resolve) => {
    let next = 0
    const look = () => {
      const image = document.querySelector('img[alt=image]')
      if (image !== null && image.naturalWidth > 0) {
        const box = image.getBoundingClientRect()
        while (next < places.length && isDrawn(box, places[next])) next += 1
        if (next === places.length) return resolve(performance.now())
      }
      requestAnimationFrame(look)
    }
    look()
  })
  void untilDrawn().then((now) => { probe.drawn = now })
`
const atRest = 'probe.drawn > 0 && performance.now() - Math.max(probe.drawn, probe.lastTask) > 1500'
const twoFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))'

const Probe = z.object({ drawn: z.number().positive(), lastTask: z.number() })
const HeapUsage = z.object({ usedSize: z.number(), backingStorageSize: z.number().default(0) })

/** Opens an address in a page of its own, works in it a little, and closes it. */
export async function measureEditor(
  context: BrowserContext,
  address: string,
  places: readonly Place[],
): Promise<EditorTimes> {
  const page = await context.newPage()
  try {
    const session = await context.newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.addInitScript(watcher(places))
    await page.goto(address)
    await page.waitForFunction(atRest, undefined, { timeout: 180_000 })
    const { drawn, lastTask } = Probe.parse(await page.evaluate('probe'))
    const memory = await memoryOf(page, session)
    const select: number[] = []
    for (const index of [1, 2, 3]) {
      const region = page.locator('.lsf-outliner-item').nth(index)
      select.push(await timed(page, () => region.click()))
    }
    return {
      drawn,
      usable: Math.max(drawn, lastTask),
      ...memory,
      select: select.toSorted((a, b) => a - b)[1] ?? Number.NaN,
      relabel: await timed(page, () => page.keyboard.press('1')),
      undo: await timed(page, () => page.keyboard.press('Control+z'), `untilDrawn().then(() => ${twoFrames})`),
    }
  } finally {
    await page.close()
  }
}

async function timed(page: Page, act: () => Promise<void>, answered: string = twoFrames): Promise<number> {
  await page.evaluate(twoFrames)
  const begun = performance.now()
  await act()
  await page.evaluate(answered)
  return performance.now() - begun
}

async function memoryOf(
  page: Page,
  session: CDPSession,
): Promise<{ readonly busy: number; readonly heap: number; readonly resident: number }> {
  const { metrics } = await session.send('Performance.getMetrics')
  const busy = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = HeapUsage.parse(await session.send('Runtime.getHeapUsage'))
  const browser = page.context().browser()
  if (browser === null) throw new Error('the page belongs to no browser that was launched')
  const system = await browser.newBrowserCDPSession()
  const { processInfo } = await system.send('SystemInfo.getProcessInfo')
  await system.detach()
  // The page under measurement is the only one with much to hold.
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  return { busy, heap: usedSize + backingStorageSize, resident: Math.max(...renderers.map(({ id }) => residentOf(id))) }
}

function residentOf(pid: number): number {
  const found = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1] ?? Number.NaN) * 1024
}
