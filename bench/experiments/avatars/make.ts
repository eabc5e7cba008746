/**
 * Draws faces with exact part labels into a folder:
 * `node bench/experiments/avatars/make.ts --style avataaars --first 3000000 --count 1000 --size 128 --out DIR`
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { styleNames } from './styles.ts'
import { OtherDrawingsError, writeDrawings } from './writeDrawings.ts'

const { values } = parseArgs({
  options: {
    style: { type: 'string', default: 'avataaars' },
    first: { type: 'string' },
    count: { type: 'string' },
    size: { type: 'string', default: '128' },
    out: { type: 'string' },
  },
})

const Order = z
  .object({
    style: z.enum(styleNames),
    first: z.coerce.number().int().min(0),
    count: z.coerce.number().int().min(1),
    size: z.coerce.number().int().min(1).max(1024),
    out: z.string().min(1),
  })
  .refine(({ first, count }) => first + count <= 2 ** 32, 'seeds end at 2³² − 1')

const order = Order.safeParse(values)
if (order.success) await make(order.data)
else {
  console.error(z.prettifyError(order.error))
  console.error(`usage: make.ts --style ${styleNames.join('|')} --first SEED --count N [--size 128] --out DIR`)
  process.exitCode = 2
}

async function make({ out: folder, ...drawings }: z.infer<typeof Order>): Promise<void> {
  const start = performance.now()
  try {
    const { kept, drawn } = await writeDrawings({ ...drawings, folder })
    const seconds = (performance.now() - start) / 1000
    const speed = drawn === 0 ? '' : `, ${(drawn / seconds).toFixed(0)} images/s`
    console.log(`${folder}: ${drawn} drawn in ${seconds.toFixed(1)} s${speed}; ${kept} were there`)
  } catch (error) {
    if (!(error instanceof OtherDrawingsError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
