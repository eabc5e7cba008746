import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFileStore } from '../../functions/local.ts'
import { getJson } from '../../integrations/storage/index.ts'
import type { ProjectSettings } from '../../schemas/project.ts'
import { type PhaseName, Run } from '../../schemas/run.ts'
import { tinyKeys, tinySegmenter } from '../functions/tinyProject.ts'
import { hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeProject, makeWorkplace, type Workplace } from './support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await makeWorkplace('interrupted')
})
afterAll(() => place.remove())

const trained: readonly PhaseName[] = ['train', 'distil']
const generated: readonly PhaseName[] = [...trained, 'generate', 'curate']

async function stateOf(folder: string): Promise<string | undefined> {
  const store = await openFileStore(join(folder, 'store'))
  return (await getJson(store, tinyKeys.run('sixteen-v1').run, Run))?.value.state
}

interface Case {
  readonly phase: string
  readonly title: string
  readonly done: readonly PhaseName[]
  readonly settings?: Partial<ProjectSettings>
  readonly command: (folder: string) => string[]
}

const cases: readonly Case[] = [
  {
    phase: 'train',
    title: 'Train the interpreter',
    done: [],
    settings: { members: 1, labeler: 'ensemble' },
    command: (folder) => ['generate', folder],
  },
  { phase: 'distil', title: 'Distil the student', done: ['train'], command: (folder) => ['generate', folder] },
  {
    phase: 'generate',
    title: 'Generate labelled images',
    done: trained,
    command: (folder) => ['generate', folder, '--count', '80'],
  },
  {
    phase: 'segment',
    title: 'Train the segmenter',
    done: generated,
    settings: { segmenter: tinySegmenter },
    command: (folder) => ['generate', folder],
  },
  { phase: 'evaluate', title: 'Evaluate', done: generated, command: (folder) => ['evaluate', folder] },
  { phase: 'report', title: 'Write the report', done: generated, command: (folder) => ['report', folder] },
]

describe('^C', () => {
  test.each(cases)('while it works on $phase ends with 130 and says how to go on; so it goes on', async (one) => {
    const { phase, title, done, settings, command } = one
    const folder = await makeProject(join(place.folder, phase), done, settings)
    const when = { text: `❯ ${title}`, act: (child: { kill(signal: 'SIGINT'): boolean }) => child.kill('SIGINT') }
    const stopped = await sixteen(command(folder), { when })
    expect(stopped).toMatchObject({ code: 130, signal: null })
    expect(stopped.stderr).toContain('interrupted by SIGINT: give the same command again to go on')
    expect(hasStackTrace(stopped)).toBe(false)
    expect(await stateOf(folder)).toBe('stopped')
    // That an interrupted distillation goes on is tested where it takes less long.
    if (phase === 'distil') return
    const again = await sixteen(command(folder))
    expect(again, again.stderr).toMatchObject({ code: 0 })
    expect(await stateOf(folder)).toBe('done')
  })

  test('before any phase ends with 130, too', async () => {
    const folder = await makeProject(join(place.folder, 'early'), trained)
    const when = { text: 'Device:', act: (child: { kill(signal: 'SIGINT'): boolean }) => child.kill('SIGINT') }
    const stopped = await sixteen(['generate', folder], { when })
    expect(stopped, stopped.stderr).toMatchObject({ code: 130 })
  })

  test('twice ends at once, without waiting for the graph that runs', async () => {
    const folder = await makeProject(join(place.folder, 'twice'), trained)
    const act = (child: { kill(signal: 'SIGINT'): boolean }): void => {
      child.kill('SIGINT')
      // The first must have arrived before the second is sent: signals of one kind do not queue.
      setTimeout(() => child.kill('SIGINT'), 20)
    }
    const stopped = await sixteen(['generate', folder, '--count', '80'], {
      when: { text: '❯ Generate labelled images', act },
    })
    // As a shell sees it: 130, too.
    expect(stopped.signal === 'SIGINT' || stopped.code === 130, JSON.stringify(stopped)).toBe(true)
    expect(stopped.stderr).not.toContain('terminate called')
    expect(await sixteen(['generate', folder, '--count', '80'])).toMatchObject({ code: 0 })
  })
})

describe('two commands in one project', () => {
  test('the second says that another is at work; killed, that one’s lock is taken over', async () => {
    const folder = await makeProject(join(place.folder, 'busy'), trained)
    const second: { end?: ReturnType<typeof sixteen> } = {}
    const first = await sixteen(['generate', folder, '--count', '80'], {
      when: {
        text: '❯ Generate labelled images',
        act: (child) => {
          second.end = sixteen(['generate', folder, '--count', '5'])
          void second.end.then(() => child.kill('SIGKILL'))
        },
      },
    })
    const busy = await second.end
    expect(busy).toMatchObject({ code: 1 })
    expect(busy?.stderr).toContain(`another sixteen is at work in ${folder}: wait until it is done, or end it`)
    expect(first.signal).toBe('SIGKILL')
    const after = await sixteen(['generate', folder, '--count', '20', '--json'])
    expect(after, after.stderr).toMatchObject({ code: 0 })
    expect(JSON.parse(after.stdout)).toMatchObject({ version: 'sixteen-v1', count: 20 })
  })
})
