import type { GeneratorRecord } from '../schemas/generator.ts'
import { imageSize } from '../schemas/project.ts'

/** What is shown of a generator's structure. */
export type GeneratorShape = Pick<GeneratorRecord, 'facts' | 'resolution' | 'channels' | 'precision'>

/** Numbers that hold a pixel's features: every block taps two convolutions, the first one. */
export function featuresOf({ channels }: Pick<GeneratorRecord, 'channels'>): number {
  const [first = 0, ...others] = channels
  return first + 2 * others.reduce((sum, count) => sum + count, 0)
}

/** `512 × 384 inside 512², stylegan2 skip, D = 5504, float16`. */
export function describeRecord(record: GeneratorShape): string {
  const { facts, resolution, precision } = record
  const { width, height } = imageSize({ resolution, crop: facts.crop })
  const inside = facts.crop === undefined ? '' : ` inside ${resolution}²`
  return `${width} × ${height}${inside}, ${facts.kind} ${facts.architecture}, D = ${featuresOf(record)}, ${precision}`
}
