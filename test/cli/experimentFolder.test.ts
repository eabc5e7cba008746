import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { experimentIn } from '../../cli/experimentFolder.ts'
import { type Plan, trialsOf } from '../../functions/gpu/jobs/experiments/plan.ts'
import { openEngine } from '../../functions/gpu/onnx/engine.ts'
import { ExperimentResults } from '../../schemas/experiment.ts'
import { tinyData, tinySettings } from '../functions/gpu/jobs/experiments/tinyExperiment.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-experiment-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await engine.close()
})

const arms = [
  { kind: 'supervised', images: 10 },
  { kind: 'supervised', images: 12 },
] as const
const plan: Plan = {
  preset: 'quick',
  settings: tinySettings,
  trials: trialsOf(tinyData(), tinySettings, arms, [0]),
  leftOut: [{ name: 'transfer learning', reason: 'there are no weights of another task' }],
}

async function run(signal = new AbortController().signal, onLine?: (line: string) => void) {
  const lines: string[] = []
  const tell = (line: string): void => {
    lines.push(line)
    onLine?.(line)
  }
  return { results: await experimentIn({ folder, data: tinyData(), plan, engine, signal, tell, live: false }), lines }
}

async function files() {
  const [json, table, plot] = await Promise.all(
    ['results.json', 'table.md', 'miou.svg'].map((name) => readFile(join(folder, name), 'utf8')),
  )
  return { results: ExperimentResults.parse(JSON.parse(json ?? '')), table: table ?? '', plot: plot ?? '' }
}

describe('an experiment in a folder', () => {
  test('leaves what it came to so far when it is interrupted', async () => {
    const controller = new AbortController()
    const stop = (line: string): void => {
      if (line.startsWith('[2/2]')) controller.abort(new Error('enough'))
    }
    await expect(run(controller.signal, stop)).rejects.toThrow('enough')
    expect((await files()).results.trials).toHaveLength(1)
  })

  test('goes on with what is missing, and says how long it will take', async () => {
    const { results, lines } = await run()
    expect(lines[0]).toBe('LEFT OUT: transfer learning: there are no weights of another task')
    expect(lines[1]).toMatch(/^1 of 2 trials are to be done: about \d+ s \(\d+ ms per step of the segmenter and \d+ ms/)
    expect(lines[2]).toBe('[2/2] supervised, 12 real images, random seed 0')
    expect(lines[3]).toMatch(/^ {2}mIoU 0\.\d{3} after \d+ s$/)
    expect(lines).toHaveLength(4)
    expect(results.arms.map(({ name }) => name)).toEqual(['supervised, 10 real images', 'supervised, 12 real images'])
    const written = await files()
    expect(written.results).toEqual(results)
    expect(written.table).toContain('| supervised, 12 real images |')
    expect(written.plot).toMatch(/^<svg /)
  })

  test('has nothing to do once all is done', async () => {
    const { lines } = await run()
    expect(lines.at(-1)).toBe('All 2 trials are done already.')
  })
})
