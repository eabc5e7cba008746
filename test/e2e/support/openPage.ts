import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'

export interface OpenOptions {
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
  /** Runs before the page's own script. */
  readonly before?: string
}

export interface Opened {
  readonly page: Page
  /** What the page asked of other servers, or in vain, and what it complained of. */
  readonly trouble: string[]
}

/** Opens a page of a server, in a window of its own. */
export async function openPage(
  browser: Browser,
  address: string,
  path: string,
  { colorScheme = 'light', width = 1280, before = '' }: OpenOptions,
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' })
  const trouble: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:'))
      trouble.push(`asked for ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400 && response.url() !== address + path)
      trouble.push(`${response.status()} ${response.url()}`)
  })
  page.on('pageerror', (error) => trouble.push(error.message))
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) trouble.push(message.text())
  })
  await page.addInitScript(before)
  await page.goto(address + path)
  return { page, trouble }
}

/** Everything that axe-core complains of, with the first places. */
export async function violations(page: Page): Promise<string[]> {
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
