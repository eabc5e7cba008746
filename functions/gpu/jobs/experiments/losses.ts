/** Where the method loses what full supervision has: each stage is what the one before it is, but for one thing. */
import type { ArmSummary, OursArm } from '../../../../schemas/experiment.ts'
import { armSlug } from './arms.ts'

export interface Stage {
  readonly name: string
  /** What came in since the stage before; empty at the first. */
  readonly change: string
  /** On real test images. */
  readonly miou: number
  /** miou minus that of the stage before; null at the first. */
  readonly difference: number | null
}

/**
 * The chain from real images to the method, with as many images all along: the longest for which there are arms.
 * Empty where there are fewer than two of them.
 */
export function lossChain(arms: readonly ArmSummary[], standard: OursArm): readonly Stage[] {
  const counts = arms.flatMap(({ arm }) => (arm.kind === 'ours' || arm.kind === 'annotated' ? arm.generated : []))
  const chains = [...new Set(counts)]
    .toSorted((a, b) => a - b)
    .map((count) => chainOf(arms, { ...standard, generated: count }))
  return chains.reduce((longest, chain) => (chain.length >= longest.length ? chain : longest), [])
}

function chainOf(arms: readonly ArmSummary[], standard: OursArm): readonly Stage[] {
  const { generated: count } = standard
  const ours = (filter: number): ArmSummary | undefined =>
    arms.find(({ arm }) => armSlug(arm) === armSlug({ ...standard, filter }))
  const unfiltered = ours(0)
  const found = [
    {
      name: 'real images, true labels',
      change: '',
      summary: arms.find(({ arm }) => arm.kind === 'supervised' && arm.images === count),
    },
    {
      name: 'generated images, labels of the annotator',
      change: 'the generator',
      summary: arms.find(({ arm }) => arm.kind === 'annotated' && arm.generated === count),
    },
    { name: 'generated images, labels of the interpreter', change: 'the interpreter', summary: unfiltered },
    {
      name: `the same without the most uncertain ${standard.filter * 100} %`,
      change: unfiltered === undefined ? 'interpreter and filter' : 'the filter',
      summary: ours(standard.filter),
    },
  ].flatMap(({ summary, ...stage }) => (summary === undefined ? [] : [{ ...stage, miou: summary.miou.mean }]))
  if (found.length < 2) return []
  return found.map((stage, index) => ({
    ...stage,
    change: index === 0 ? '' : stage.change,
    difference: index === 0 ? null : stage.miou - (found[index - 1]?.miou ?? stage.miou),
  }))
}
