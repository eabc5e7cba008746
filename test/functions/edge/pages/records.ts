import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { Evaluation } from '../../../../schemas/evaluation.ts'
import { Project } from '../../../../schemas/project.ts'
import { ProjectState } from '../../../../schemas/projectState.ts'
import { Run, type RunPhase, type RunState } from '../../../../schemas/run.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { avatarLabels } from '../../factory/report/reportOfPaintings.ts'

/** A moment of the story that the fixtures tell, so many minutes after its beginning. */
export const at = (minutes: number): string => new Date(Date.UTC(2026, 10, 25, 9) + 60_000 * minutes).toISOString()

export const keysOf = (id: string) => projectKeys('label-studio', id)

export const projectOf = (id: string): Project =>
  Project.parse({
    schemaVersion: 1,
    id,
    platform: 'label-studio',
    generator: { name: 'avatars', kind: 'stylegan2', resolution: 128, latentLength: 64, sha256: 'a'.repeat(64) },
    labelList: avatarLabels,
    settings: { labeler: 'student', samplesPerRun: 500, labelWidth: 128, labelHeight: 128 },
    createdAt: at(0),
  })

export const noEffort = {
  annotations: 0,
  timed: 0,
  seconds: 0,
  drawnRegions: 0,
  changedRegions: 0,
  untouchedRegions: 0,
}

export const stateOf = (
  id: string,
  { seeds = {}, ...fields }: Partial<Omit<ProjectState, 'seeds'>> & { seeds?: Partial<ProjectState['seeds']> },
): ProjectState =>
  ProjectState.parse({
    schemaVersion: 1,
    lookedAt: at(60),
    title: 'Faces',
    address: `http://localhost:8080/projects/${id}/data`,
    next: { kind: 'painting', reason: 'Paint the parts of 16 images.' },
    seeds: { wanted: 16, published: 16, painted: 0, skipped: 0, ...seeds },
    corrected: 0,
    changes: 0,
    unusable: [],
    effort: noEffort,
    notices: [],
    ...fields,
  })

/** @param lengths of the phases in seconds; the last one is under way unless the run is done */
export const runOf = (
  number: number,
  state: RunState,
  phases: readonly RunPhase[] = [],
  more: Partial<Run> = {},
): Run =>
  Run.parse({
    schemaVersion: 1,
    version: `sixteen-v${number}`,
    state,
    inputs: 'b'.repeat(64),
    createdAt: at(60 * number),
    phases,
    ...more,
  })

export const finished = (name: RunPhase['name'], seconds: number): RunPhase => ({
  name,
  startedAt: at(61),
  finishedAt: at(62),
  seconds,
})

export const allPhases = [
  finished('train', 84),
  finished('distil', 41),
  finished('generate', 133),
  finished('curate', 0.6),
  finished('publish', 12),
  finished('evaluate', 96),
  finished('report', 8),
]

/** Scores that rise with the image, most of them low. */
export const manifestOf = (version: string, images: number, dropped: number): RunManifest =>
  RunManifest.parse({
    schemaVersion: 1,
    run: version,
    labelList: avatarLabels,
    settings: projectOf('1').settings,
    lines: Array.from({ length: images }, (_, index) => {
      const rank = ((index * 137) % images) / images
      const id = `avatars-s${1000 + index}-t0.7`
      return {
        id,
        seed: 1000 + index,
        truncation: 0.7,
        image: `images/${id}.png`,
        labels: `labels/${id}.png`,
        score: Number((0.03 + 0.09 * rank ** 2.2).toFixed(5)),
        kept: rank < 1 - dropped / images,
        parts: [0, 1, 2],
      }
    }),
  })

export const evaluationOf = (version: string, ious: readonly (number | null)[]): Evaluation =>
  Evaluation.parse({
    schemaVersion: 1,
    run: version,
    method: `leave-one-image-out over ${version === 'sixteen-v1' ? 16 : 20} seeds, 1 classifier each`,
    options: { members: 1, steps: 500 },
    pixelAccuracy: 0.957,
    parts: avatarLabels.parts.map(({ id, name }) => ({ id, name, iou: ious[id] ?? null })),
    levels: [
      {
        level: 3,
        parts: 11,
        absentAsZero: 0.65,
        presentOnly: Number((ious.reduce<number>((sum, iou) => sum + (iou ?? 0), 0) / ious.length).toFixed(4)),
      },
    ],
    student: null,
  })

/** Losses as trainings have them: a fall that slows down. */
export const losses = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, index) => [
    index * 20,
    Number((0.28 + 2.1 * Math.exp(-index / 6) + 0.012 * Math.sin(2.3 * index)).toFixed(4)),
  ])
