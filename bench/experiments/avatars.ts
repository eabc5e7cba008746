/**
 * The method beside others on the avatars: `node bench/experiments/avatars.ts --preset quick|full --out DIR
 * [--only ARM,…] [--steps N] [--device D] [--threads N]`. Given again, it goes on with what is missing.
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { exitCodes } from '../../cli/errors.ts'
import { experimentIn } from '../../cli/experimentFolder.ts'
import { InterruptedError, interruptible } from '../../cli/interrupt.ts'
import { planExperiment, presetNames } from '../../functions/gpu/jobs/experiments/plan.ts'
import { chooseDevice } from '../../functions/gpu/onnx/chooseDevice.ts'
import { DeviceChoice } from '../../functions/gpu/onnx/device.ts'
import { openEngine } from '../../functions/gpu/onnx/engine.ts'
import { describeMachine } from '../support/machine.ts'
import { openAnnotator } from './avatars/annotator.ts'
import { avatarsData } from './avatars/avatarsData.ts'

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'quick' },
    out: { type: 'string' },
    only: { type: 'string' },
    steps: { type: 'string' },
    device: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})

const Count = z.coerce.number().int().min(1)
const Wish = z.object({
  preset: z.enum(presetNames),
  out: z.string().min(1),
  only: z.string().optional(),
  steps: Count.optional(),
  device: DeviceChoice,
  threads: Count,
})

const wish = Wish.safeParse(values)
if (wish.success) await experiment(wish.data)
else {
  console.error(z.prettifyError(wish.error))
  console.error(
    `usage: avatars.ts --preset ${presetNames.join('|')} --out DIR [--only ARM,…] [--steps N] [--device D] [--threads N]`,
  )
  process.exitCode = exitCodes.usage
}

async function experiment({ preset, out, only, steps, device, threads }: z.infer<typeof Wish>): Promise<void> {
  const signal = interruptible()
  console.log(describeMachine())
  const engine = openEngine({ device: (await chooseDevice(device)).device, threads })
  const annotator = await openAnnotator(engine)
  try {
    const data = await avatarsData(engine, annotator)
    const plan = planExperiment(data, { preset, only: only?.split(','), steps })
    const folder = resolve(out)
    await experimentIn({ folder, data, plan, engine, signal, tell: console.log, live: process.stdout.isTTY === true })
    console.log(`\nresults.json, table.md and miou.svg are in ${folder}`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = error instanceof InterruptedError ? exitCodes.interrupted : exitCodes.failed
  } finally {
    await annotator.release()
    await engine.close()
  }
}
