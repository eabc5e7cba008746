/** From what people left on a platform to one label map per sample. */
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { LifeSettings } from '../../../schemas/lifeSettings.ts'
import type { Painting } from '../../../schemas/painting.ts'

/** One person's annotation of a sample, as any platform tells it. */
export interface AnnotationSeen {
  readonly id: string
  readonly task: string
  readonly sample: string
  readonly by: string | undefined
  /** ISO 8601, UTC. */
  readonly updatedAt: string
  readonly seconds: number | undefined
  readonly painting: Painting
}

type PaintedAnnotation = AnnotationSeen & { readonly painting: Painting & { readonly kind: 'painted' } }

/** What a sample's annotations come to. */
export type SampleOutcome =
  | {
      readonly kind: 'painted'
      readonly labelMap: LabelMap
      /** The annotations that it is made of, newest first. */
      readonly sources: readonly PaintedAnnotation[]
    }
  | { readonly kind: 'skipped' | 'empty' | 'unusable' }

/** Newest first; of two of the same moment, the one with the higher id. */
function byAge(a: AnnotationSeen, b: AnnotationSeen): number {
  const age = Date.parse(b.updatedAt) - Date.parse(a.updatedAt)
  return age === 0 ? b.id.localeCompare(a.id, 'en', { numeric: true }) : age
}

/**
 * What counts of all annotations: each person's newest, and of several people's the newest, or a vote. A painting counts
 * more than a skip by somebody else.
 * @returns by sample
 */
export function settlePaintings(
  annotations: readonly AnnotationSeen[],
  { annotators }: Pick<LifeSettings, 'annotators'>,
): ReadonlyMap<string, SampleOutcome> {
  const bySample = new Map<string, AnnotationSeen[]>()
  for (const annotation of annotations) {
    const others = bySample.get(annotation.sample)
    if (others === undefined) bySample.set(annotation.sample, [annotation])
    else others.push(annotation)
  }
  return new Map([...bySample].map(([sample, all]) => [sample, settle(all.toSorted(byAge), annotators)]))
}

function settle(newestFirst: readonly AnnotationSeen[], annotators: LifeSettings['annotators']): SampleOutcome {
  const seen = new Set<string>()
  const newestOfEach = newestFirst.filter(({ by, id }) => {
    const person = by ?? `annotation ${id}`
    if (seen.has(person)) return false
    seen.add(person)
    return true
  })
  const painted = newestOfEach.filter(isPainted)
  const [newest] = painted
  if (newest === undefined) return { kind: withoutPainting(newestOfEach) }
  if (annotators === 'newest' || painted.length === 1)
    return { kind: 'painted', labelMap: newest.painting.labelMap, sources: [newest] }
  return { kind: 'painted', labelMap: vote(painted.map(({ painting }) => painting.labelMap)), sources: painted }
}

function isPainted(annotation: AnnotationSeen): annotation is PaintedAnnotation {
  return annotation.painting.kind === 'painted'
}

function withoutPainting(annotations: readonly AnnotationSeen[]): 'skipped' | 'empty' | 'unusable' {
  const kinds = new Set(annotations.map(({ painting }) => painting.kind))
  // What somebody painted in vain may yet be mended; an empty one may yet be filled.
  if (kinds.has('unusable')) return 'unusable'
  return kinds.has('empty') ? 'empty' : 'skipped'
}

/**
 * Majority per pixel.
 * @param labelMaps of one size, the newest first: it decides ties
 */
export function vote(labelMaps: readonly LabelMap[]): LabelMap {
  const [newest] = labelMaps
  if (newest === undefined) throw new RangeError('nobody voted')
  const data = newest.data.map((first, pixel) => {
    const ballots = labelMaps.map(({ data: { [pixel]: id = 0 } }) => id)
    const count = (id: number): number => ballots.filter((ballot) => ballot === id).length
    return ballots.reduce((best, id) => (count(id) > count(best) ? id : best), first)
  })
  return { width: newest.width, height: newest.height, data }
}
