/** What pages show of a run's large records. */
import { z } from 'zod'
import type { ManifestLine } from '../../../../schemas/manifest.ts'
import { ReportLossCurve } from '../../../../schemas/report.ts'
import type { RunManifest } from '../../../../schemas/runManifest.ts'

export interface Picture {
  readonly sample: string
  readonly seed: number
  /** Uncertainty in nats. */
  readonly score: number
}

/** How many images have a score in one stretch of the axis. */
export interface Bin {
  readonly kept: number
  readonly dropped: number
}

export interface ManifestDigest {
  readonly kept: number
  readonly dropped: number
  /** Over all images; null where there is none. */
  readonly meanScore: number | null
  readonly medianScore: number | null
  /** Of one width each, from 0 to `largestScore`. */
  readonly bins: readonly Bin[]
  readonly largestScore: number
  /** The least score that was dropped; null where none was. */
  readonly threshold: number | null
  /** Kept ones, evenly spread. */
  readonly gallery: readonly Picture[]
  /** Most uncertain first. */
  readonly worst: readonly Picture[]
}

const binCount = 40
const gallerySize = 48
const worstSize = 12

/** What a page shows of a manifest of any length. */
export function digestManifest({ lines }: RunManifest): ManifestDigest {
  const kept = lines.filter((line) => line.kept)
  const dropped = lines.filter((line) => !line.kept).toSorted((a, b) => b.score - a.score)
  const sorted = lines.map(({ score }) => score).sort((a, b) => a - b)
  const largestScore = sorted.at(-1) ?? 0
  return {
    kept: kept.length,
    dropped: dropped.length,
    meanScore: sorted.length === 0 ? null : sorted.reduce((sum, score) => sum + score, 0) / sorted.length,
    medianScore: sorted[Math.floor(sorted.length / 2)] ?? null,
    bins: binsOf(lines, largestScore),
    largestScore,
    threshold: dropped.at(-1)?.score ?? null,
    gallery: evenlySpread(kept, gallerySize).map(pictureOf),
    worst: dropped.slice(0, worstSize).map(pictureOf),
  }
}

const pictureOf = ({ id, seed, score }: ManifestLine): Picture => ({ sample: id, seed, score })

function binsOf(lines: readonly ManifestLine[], largest: number): readonly Bin[] {
  const bins = Array.from({ length: binCount }, () => ({ kept: 0, dropped: 0 }))
  for (const { score, kept } of lines) {
    const position = largest === 0 ? 0 : Math.floor((score / largest) * binCount)
    const bin = bins[Math.min(position, binCount - 1)]
    if (bin !== undefined) bin[kept ? 'kept' : 'dropped'] += 1
  }
  return bins
}

/** At most `count` of the items, first and last among them, at equal distances. */
export function evenlySpread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  const step = (items.length - 1) / (count - 1)
  return Array.from({ length: count }, (_, index) => Math.round(index * step)).flatMap((at) => items.slice(at, at + 1))
}

/** Of `report.json`, which holds pictures too, the little that stands nowhere else. */
export const ReportDigest = z.object({
  totals: z.object({ seeds: z.int().min(0) }),
  training: z.array(ReportLossCurve),
})
export type ReportDigest = z.infer<typeof ReportDigest>
