/**
 * `npm run docs:picture [folder]`: the pictures of the documentation, made of what a demo left in its folder. The grid
 * shows the first images that were kept, not chosen ones.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { ManifestLine } from '../schemas/manifest.ts'

const columns = 8
/** Pixels of one tile's side, and between two tiles. */
const tile = 128
const gap = 8
/** Pages and clones should stay light. */
const largestBytes = 300_000

/** Images in the upper row, their label maps below. @returns a PNG file */
async function drawGrid(dataset: string): Promise<Buffer> {
  const manifest = await readFile(join(dataset, 'manifest.jsonl'), 'utf8')
  const lines = manifest.trimEnd().split('\n')
  const kept = lines.map((line) => ManifestLine.parse(JSON.parse(line))).filter((line) => line.kept)
  if (kept.length < columns)
    throw new Error(`${dataset} holds ${kept.length} images that were kept, the picture shows ${columns}`)
  const side = (count: number): number => count * tile + (count - 1) * gap
  const tiles = kept.slice(0, columns).flatMap(({ image, labels }, column) =>
    [image, labels].map(async (file, row) => ({
      // Label maps are enlarged or reduced without mixing colours.
      input: await sharp(join(dataset, file))
        .resize(tile, tile, { kernel: row === 0 ? 'lanczos3' : 'nearest' })
        .toBuffer(),
      left: column * (tile + gap),
      top: row * (tile + gap),
    })),
  )
  return sharp({
    create: { width: side(columns), height: side(2), channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  })
    .composite(await Promise.all(tiles))
    .png({ compressionLevel: 9 })
    .toBuffer()
}

/** The top of a report as a reader with a light screen sees it. @returns a PNG file */
async function photograph(report: string): Promise<Buffer> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 1000 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
    })
    await page.goto(pathToFileURL(report).href)
    return await sharp(await page.screenshot())
      .png({ palette: true, compressionLevel: 9, effort: 10 })
      .toBuffer()
  } finally {
    await browser.close()
  }
}

const folder = resolve(process.argv[2] ?? 'sixteen-out')
const output = join(import.meta.dirname, '../docs/images')
const pictures = {
  'avatars.png': await drawGrid(join(folder, 'dataset')),
  'report.png': await photograph(join(folder, 'report.html')),
}
await mkdir(output, { recursive: true })
for (const [name, bytes] of Object.entries(pictures)) {
  if (bytes.length > largestBytes) throw new Error(`${name} has ${bytes.length} bytes, more than ${largestBytes}`)
  await writeFile(join(output, name), bytes)
  console.log(`docs/images/${name}: ${bytes.length} bytes`)
}
