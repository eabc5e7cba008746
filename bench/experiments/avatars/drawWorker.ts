/** A thread that draws: it takes one task at a time and answers with the number of drawings that it made. */
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { writeWhole } from '../../../cli/writeWhole.ts'
import { encodeLabelMap, encodeRgb } from '../../../integrations/images/index.ts'
import { packDrawings } from './block.ts'
import { drawingStyles } from './styles.ts'
import { DrawingTask } from './tasks.ts'

parentPort?.on('message', async (message: unknown) => {
  const task = DrawingTask.parse(message)
  if (task.kind === 'files') await writeFiles(task)
  else await writeBlock(task)
  parentPort?.postMessage(task.seeds.length)
})

async function writeFiles({ style, size, seeds, folder }: Extract<DrawingTask, { kind: 'files' }>): Promise<void> {
  const { draw, labels } = drawingStyles[style]
  const square = { width: size, height: size }
  for (const seed of seeds) {
    const drawing = draw(seed, size)
    const labelMap = encodeLabelMap({ ...square, data: drawing.labels }, labels.parts)
    await writeWhole(join(folder, 'images', `${seed}.png`), await encodeRgb({ ...square, data: drawing.image }))
    await writeWhole(join(folder, 'labels', `${seed}.png`), labelMap)
  }
}

async function writeBlock({ style, size, seeds, file }: Extract<DrawingTask, { kind: 'block' }>): Promise<void> {
  const { draw } = drawingStyles[style]
  await writeWhole(file, packDrawings(seeds.map((seed) => draw(seed, size))))
}
