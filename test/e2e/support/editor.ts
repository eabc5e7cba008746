/** A person at Label Studio's pages, in Chromium. */
import { type Browser, chromium, type Page, type Response } from 'playwright-core'
import { z } from 'zod'
import type { ServerAccount } from '../../../scripts/label-studio-server-environment.ts'

/** A place on the image, as shares of its width and height, 0 to 1. */
export type Point = readonly [number, number]

const Shown = z.object({
  id: z.int(),
  predictions: z.array(z.object({ id: z.int(), model_version: z.string(), result: z.array(z.unknown()) })),
})
/** A task as the label stream gets it. */
export type StreamedTask = z.infer<typeof Shown>

const Submission = z.object({
  result: z.array(z.looseObject({ origin: z.string().optional() })),
  was_cancelled: z.boolean().optional(),
  parent_prediction: z.int().nullish(),
})
/** What the editor sends when an annotation is submitted or skipped. */
export type Submission = z.infer<typeof Submission>

export interface Editor {
  readonly page: Page
  /** Opens a task of the data manager, and waits for its image. */
  openTask(project: string, task: number): Promise<void>
  /** Begins to label all tasks, and waits for the image of the first one. */
  openStream(project: string): Promise<StreamedTask>
  /** Labels of the regions listed beside the image, as far as the list is in sight; waits for the first one. */
  regions(): Promise<readonly string[]>
  /** What is seen where the image is: a PNG in pixels of the screen. */
  screenshot(): Promise<Uint8Array>
  /** Chooses the label with this hotkey and draws along the points. */
  draw(hotkey: string, points: readonly Point[]): Promise<void>
  submit(): Promise<Submission>
  skip(): Promise<Submission>
  /** Ids of the tasks that the data manager lists in a saved view, from the top. */
  listed(project: string, view: number): Promise<readonly number[]>
  close(): Promise<void>
}

const image = 'img[alt=image]'

/** Starts a browser and signs in. */
export async function openEditor(
  server: { readonly address: string } & Pick<ServerAccount, 'email' | 'password'>,
): Promise<Editor> {
  // Chromium's own sandbox does not start as root, which is what containers run as.
  const browser: Browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(`${server.address}/user/login/`)
  await page.fill('input[name=email]', server.email)
  await page.fill('input[name=password]', server.password)
  await Promise.all([
    page.waitForURL(({ pathname }) => !pathname.startsWith('/user/login')),
    page.click('button[type=submit]'),
  ])

  const open = async (path: string): Promise<void> => {
    await page.goto(server.address + path)
    await page.locator('.konvajs-content canvas').first().waitFor({ state: 'attached' })
    await page.waitForFunction(`document.querySelector(${JSON.stringify(image)})?.naturalWidth > 0`)
  }
  const box = async () => {
    const found = await page.locator(image).first().boundingBox()
    if (found === null) throw new Error('the editor shows no image')
    return found
  }
  const stored = async (button: string): Promise<Submission> => {
    const isStored = (response: Response) =>
      response.request().method() === 'POST' && /\/api\/tasks\/\d+\/annotations/.test(response.url())
    const [response] = await Promise.all([
      page.waitForResponse(isStored),
      page.getByRole('button', { name: button, exact: true }).click(),
    ])
    if (response.status() !== 201) throw new Error(`${button}: the server answered ${response.status()}`)
    return Submission.parse(response.request().postDataJSON())
  }
  return {
    page,
    openTask: (project, task) => open(`/projects/${project}/data?task=${task}`),
    async openStream(project) {
      const [response] = await Promise.all([
        page.waitForResponse((answer) => answer.url().includes('id=next_task') && answer.ok()),
        open(`/projects/${project}/data?labeling=1`),
      ])
      return Shown.parse(await response.json())
    },
    async regions() {
      const titles = page.locator('.lsf-outliner-item__title')
      await titles.first().waitFor()
      return titles.allTextContents()
    },
    screenshot: async () => page.screenshot({ clip: await box() }),
    async draw(hotkey, points) {
      const { x, y, width, height } = await box()
      await page.keyboard.press(hotkey)
      for (const [index, [right, down]] of points.entries()) {
        await page.mouse.move(x + right * width, y + down * height, { steps: 10 })
        if (index === 0) await page.mouse.down()
      }
      await page.mouse.up()
    },
    submit: () => stored('Submit current annotation'),
    skip: () => stored('skip-task'),
    async listed(project, view) {
      await page.goto(`${server.address}/projects/${project}/data?tab=${view}`)
      const rows = page.locator('.lsf-table-row')
      await rows.first().waitFor()
      return (await rows.allInnerTexts()).map((text) => Number.parseInt(text, 10))
    },
    close: () => browser.close(),
  }
}
