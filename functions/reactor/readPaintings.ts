import { partColor } from '../../integrations/datasets/partColors.ts'
import { encodeLabelMap } from '../../integrations/images/labelMapPng.ts'
import type { PaintingForm, PlatformAnnotation, TaskKind } from '../../integrations/platform/index.ts'
import { type LabelList, maximumParts, type Part } from '../../schemas/labels.ts'
import type { Project } from '../../schemas/project.ts'
import type { Effort } from '../../schemas/projectState.ts'
import type { RunPainting } from '../../schemas/run.ts'
import { sha256Of } from '../../schemas/sha256.ts'
import { type AnnotationSeen, type SampleOutcome, settlePaintings } from '../factory/life/paintings.ts'
import type { ReactorPlace } from './context.ts'
import { type OwnSample, ownSample } from './ownSample.ts'

/** A painting as it would be stored. */
export interface ReadPainting extends RunPainting {
  readonly recipe: OwnSample
  readonly kind: TaskKind
  /** Indexed PNG. */
  readonly png: Uint8Array
  readonly sources: (SampleOutcome & { kind: 'painted' })['sources']
}

/** All that people left in a project. */
export interface Paintings {
  readonly painted: readonly ReadPainting[]
  readonly skippedSeeds: number
  readonly unusable: readonly { readonly annotation: string; readonly task: string; readonly reason: string }[]
  readonly effort: Effort
  readonly newestAt: Date | undefined
}

/** Colours of all ids there can be: a label that is added or gets another colour does not make another painting. */
const palette: readonly Part[] = Array.from({ length: maximumParts }, (_, id) => ({
  id,
  name: `part ${id}`,
  color: partColor(id),
}))

/** Reads the truth from the platform: which samples are painted, how, by how much work. Writes nothing. */
export async function readPaintings(
  { platform, project: id }: ReactorPlace,
  project: Project,
  labelList: LabelList,
): Promise<Paintings> {
  const { labelWidth: width, labelHeight: height } = project.settings
  const form: PaintingForm = {
    parts: labelList.parts.map(({ name }) => name),
    width,
    height,
    aliases: project.life.labelAliases,
  }
  const seen: AnnotationSeen[] = []
  const recipes = new Map<string, OwnSample>()
  const kinds = new Map<string, TaskKind>()
  const unusable: { annotation: string; task: string; reason: string }[] = []
  const newest = { at: Number.NEGATIVE_INFINITY }
  const effort: Effort = {
    annotations: 0,
    timed: 0,
    seconds: 0,
    drawnRegions: 0,
    changedRegions: 0,
    untouchedRegions: 0,
  }
  for await (const annotation of platform.listAnnotations(id, form)) {
    const { sample, taskKind, painting } = annotation
    newest.at = Math.max(newest.at, Date.parse(annotation.updatedAt))
    addEffort(effort, annotation)
    const recipe = ownSample(sample, project)
    if (typeof recipe === 'string') {
      unusable.push({ annotation: annotation.id, task: annotation.task, reason: recipe })
      continue
    }
    recipes.set(sample, recipe)
    kinds.set(sample, taskKind ?? 'generated')
    if (painting.kind === 'unusable')
      unusable.push({ annotation: annotation.id, task: annotation.task, reason: painting.reason })
    seen.push({ ...annotation, sample })
  }
  const outcomes = settlePaintings(seen, project.life)
  const painted = [...outcomes].flatMap(([sample, outcome]) => {
    const recipe = recipes.get(sample)
    if (outcome.kind !== 'painted' || recipe === undefined) return []
    const png = encodeLabelMap(outcome.labelMap, palette)
    const sha256 = sha256Of(png)
    return [{ sample, sha256, png, recipe, kind: kinds.get(sample) ?? 'generated', sources: outcome.sources }]
  })
  const skippedSeeds = [...outcomes].filter(
    ([sample, { kind }]) => kind === 'skipped' && kinds.get(sample) === 'seed',
  ).length
  return {
    painted: painted.toSorted((a, b) => (a.sample < b.sample ? -1 : 1)),
    skippedSeeds,
    unusable,
    effort,
    newestAt: Number.isFinite(newest.at) ? new Date(newest.at) : undefined,
  }
}

/** Time counts for whatever was done in it; regions only where they are part of a painting. */
function addEffort(effort: Effort, { seconds, painting }: PlatformAnnotation): void {
  if (seconds !== undefined) {
    effort.timed += 1
    effort.seconds += seconds
  }
  if (painting.kind !== 'painted') return
  effort.annotations += 1
  effort.drawnRegions += painting.regions.drawn
  effort.changedRegions += painting.regions.changed
  effort.untouchedRegions += painting.regions.untouched
}
