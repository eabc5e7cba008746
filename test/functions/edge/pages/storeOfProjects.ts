import { readFile } from 'node:fs/promises'
import { decodeLabelMap, encodeLabelMap } from '../../../../integrations/images/index.ts'
import type { Store } from '../../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import type { RunManifest } from '../../../../schemas/runManifest.ts'
import { avatarLabels, reportOfPaintings } from '../../factory/report/reportOfPaintings.ts'
import {
  allPhases,
  at,
  evaluationOf,
  finished,
  keysOf,
  losses,
  manifestOf,
  noEffort,
  runOf,
  stateOf,
} from './records.ts'
import { writer } from './writer.ts'

const seeds = new URL('../../../../models/avatars/seeds/', import.meta.url)
const painted = Array.from({ length: 16 }, (_, index) => 100 + index)

/** Generated pairs for a run: the painted images stand in for them. */
async function addPictures(store: Store, id: string, manifest: RunManifest): Promise<void> {
  const pairs = await Promise.all(
    painted.map(async (seed) => ({
      image: new Uint8Array(await readFile(new URL(`${seed}.png`, seeds))),
      labels: encodeLabelMap(decodeLabelMap(await readFile(new URL(`${seed}.labels.png`, seeds))), avatarLabels.parts),
    })),
  )
  const run = keysOf(id).run(manifest.run)
  for (const [index, line] of manifest.lines.entries()) {
    const pair = pairs[(index * 7) % pairs.length]
    if (pair === undefined) continue
    await store.create(run.image(line.id), pair.image)
    await store.create(run.labelMap(line.id), pair.labels)
  }
}

/** The projects of `storeOfProjects`, by what they show. */
export const projects = {
  fresh: '5',
  painting: '6',
  running: '7',
  done: '8',
  failed: '9',
} as const

/** One project in every phase of its life. */
export async function storeOfProjects(): Promise<Store> {
  const store = openMemoryStore()
  const put = writer(store)
  await addFresh(put)
  await addPainting(put)
  await addDone(store, put, projects.done)
  await addRunning(store, put)
  await addFailed(put)
  return store
}

type Writer = ReturnType<typeof writer>

async function addFresh(put: Writer): Promise<void> {
  await put.state(
    projects.fresh,
    stateOf(projects.fresh, {
      title: 'Birds of the garden',
      next: { kind: 'preparing-seeds', reason: 'Sixteen images are being made and shown in the project.' },
      seeds: { published: 0 },
    }),
  )
}

async function addPainting(put: Writer): Promise<void> {
  await put.project(projects.painting)
  await put.seeds(projects.painting, 16, 0)
  await put.serving(projects.painting, 'sixteen-v0')
  await put.state(
    projects.painting,
    stateOf(projects.painting, {
      title: 'Street portraits',
      next: { kind: 'painting', reason: 'Paint 9 more of the 16 images: the first run begins by itself then.' },
      seeds: { painted: 7, skipped: 1, published: 17 },
      changes: 7,
      unusable: [
        { annotation: '41', task: '103', reason: 'It holds key points only: paint the parts with the brush.' },
        { annotation: '44', task: '107', reason: 'The painting is 64×64 pixels, but 128×128 is needed.' },
      ],
      effort: { ...noEffort, annotations: 7, timed: 6, seconds: 2010, drawnRegions: 63 },
      notices: [
        {
          code: 'labels-changed',
          level: 'warning',
          message:
            'The label “moustache” is not in the label configuration any more. Its regions are left out; add the label again, or name the one that took its place in the settings.',
        },
        {
          code: 'webhook-refused',
          level: 'info',
          message: 'Label Studio does not send events to this address. The project is looked at every minute instead.',
        },
      ],
      newestAnnotationAt: at(58),
    }),
  )
}

const firstScores = [0.971, 0.842, 0.941, 0.781, 0.602, 0.698, 0.634, 0.795, 0.12, 0.561, 0.842]
const secondScores = [0.976, 0.858, 0.949, 0.798, 0.629, 0.715, 0.631, 0.818, 0.401, 0.591, 0.831]

async function addDone(store: Store, put: Writer, id: string): Promise<void> {
  await put.project(id)
  await put.seeds(id, 16, 4)
  await put.serving(id, 'sixteen-v2')
  await put.state(
    id,
    stateOf(id, {
      next: { kind: 'painting', reason: 'Correct published images to make the next version better: 1 of 4 is done.' },
      seeds: { painted: 18, wanted: 16, published: 21, skipped: 1 },
      corrected: 3,
      changes: 1,
      effort: { annotations: 21, timed: 20, seconds: 8460, drawnRegions: 171, changedRegions: 9, untouchedRegions: 34 },
      newestAnnotationAt: at(312),
    }),
  )
  const report = await reportOfPaintings(seeds, [100, 101])
  for (const [number, scores] of [
    [1, firstScores],
    [2, secondScores],
  ] as const) {
    const version = `sixteen-v${number}`
    const manifest = manifestOf(version, 500, 50)
    await put.run(id, runOf(number, 'done', allPhases))
    await put.manifest(id, manifest)
    await put.evaluation(id, evaluationOf(version, scores))
    await put.report(id, { ...report, version, totals: { ...report.totals, seeds: 12 + 4 * number } })
    await addPictures(store, id, manifest)
  }
}

async function addRunning(store: Store, put: Writer): Promise<void> {
  const id = projects.running
  await put.project(id)
  await put.seeds(id, 16, 0)
  await put.serving(id, 'sixteen-v1')
  await put.state(
    id,
    stateOf(id, {
      title: 'Faces with hats',
      next: { kind: 'running', reason: 'sixteen-v2 is made from 16 paintings and 4 corrections.' },
      seeds: { painted: 16 },
      corrected: 4,
      effort: {
        annotations: 20,
        timed: 20,
        seconds: 7920,
        drawnRegions: 160,
        changedRegions: 12,
        untouchedRegions: 25,
      },
      newestAnnotationAt: at(117),
    }),
  )
  const report = await reportOfPaintings(seeds, [100, 101])
  const manifest = manifestOf('sixteen-v1', 500, 50)
  await put.run(id, runOf(1, 'done', allPhases))
  await put.manifest(id, manifest)
  await put.evaluation(id, evaluationOf('sixteen-v1', firstScores))
  await put.report(id, { ...report, version: 'sixteen-v1', totals: { ...report.totals, seeds: 16 } })
  await addPictures(store, id, manifest)
  await put.run(id, runOf(2, 'distilling', [finished('train', 88), { name: 'distil', startedAt: at(122), seconds: 0 }]))
  await put.progress(id, {
    version: 'sixteen-v2',
    at: at(123),
    phase: 'distil',
    task: 'Distilling the student',
    done: 620,
    total: 1000,
    unit: 'steps',
    losses: losses(32),
    secondsLeft: 74,
  })
}

async function addFailed(put: Writer): Promise<void> {
  const id = projects.failed
  await put.project(id)
  await put.serving(id, 'sixteen-v0')
  await put.state(
    id,
    stateOf(id, {
      title: 'Cars',
      next: { kind: 'blocked', reason: 'The run failed: try it again when the disk has room.' },
      seeds: { painted: 16 },
      effort: { ...noEffort, annotations: 16, timed: 0, drawnRegions: 140 },
    }),
  )
  await put.run(
    id,
    runOf(
      1,
      'failed',
      [finished('train', 90), finished('distil', 44), { name: 'generate', startedAt: at(70), seconds: 12 }],
      {
        error: { message: 'no space left on device: 120 MB are needed', phase: 'generate' },
      },
    ),
  )
}
