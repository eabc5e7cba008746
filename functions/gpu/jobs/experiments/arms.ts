import type { Arm, OursArm } from '../../../../schemas/experiment.ts'
import type { ExperimentData, SeedPainter } from './data.ts'

/** Painted images of the method as it is published. */
const standardSeeds = 16

/**
 * The method as it is published, with what this program does by default; ψ is that of the seeds, of which there may be
 * fewer.
 */
export function standardArm(
  { labelList, available }: Pick<SeedPainter, 'labelList' | 'available'>,
  generated: number,
): OursArm {
  return {
    kind: 'ours',
    generated,
    seeds: Math.min(standardSeeds, available),
    filter: 0.1,
    truncation: labelList.truncation,
    members: 10,
    chosen: 'random',
    labeler: 'student',
  }
}

/** An arm in words, as tables show it. */
export function armName(arm: Arm): string {
  if (arm.kind === 'supervised') return `supervised, ${plural(arm.images, 'real image')}`
  if (arm.kind === 'transfer') return 'transfer learning'
  if (arm.kind === 'semi-supervised')
    return arm.classification ? 'semi-supervised, with classification' : 'semi-supervised'
  if (arm.kind === 'annotated') return `${plural(arm.generated, 'generated image')}, labelled by the annotator`
  const { generated, seeds, filter, truncation, members, chosen, labeler } = arm
  return [
    `ours, ${plural(generated, 'image')}`,
    plural(seeds, 'seed'),
    `filter ${+(filter * 100).toFixed(3)} %`,
    `ψ ${truncation}`,
    ...(members === 10 ? [] : [plural(members, 'member')]),
    ...(chosen === 'random' ? [] : ['chosen by disagreement']),
    ...(labeler === 'student' ? [] : ['labelled by the ensemble']),
  ].join(', ')
}

/** An arm as one word, as it is typed: `supervised-16`, `ours-3000-seeds16-filter10-psi1-members10-random-student`. */
export function armSlug(arm: Arm): string {
  if (arm.kind === 'supervised') return `supervised-${arm.images}`
  if (arm.kind === 'transfer') return 'transfer'
  if (arm.kind === 'semi-supervised') return `semi-supervised${arm.classification ? '-classification' : ''}`
  if (arm.kind === 'annotated') return `annotated-${arm.generated}`
  const { generated, seeds, filter, truncation, members, chosen, labeler } = arm
  const knobs = `seeds${seeds}-filter${+(filter * 100).toFixed(3)}-psi${truncation}-members${members}`
  return `ours-${generated}-${knobs}-${chosen}-${labeler}`
}

/** Why the data cannot serve an arm; undefined where it can. */
export function whyNot(arm: Arm, data: ExperimentData): string | undefined {
  if (arm.kind === 'supervised' && arm.images > data.real.available)
    return `there are ${data.real.available} labelled real images`
  if (arm.kind === 'transfer' && data.elsewhere === undefined) return 'there are no weights of another task'
  if (arm.kind === 'semi-supervised' && data.unlabelled === undefined) return 'there are no images without labels'
  if (arm.kind === 'annotated' && data.annotate === undefined) return 'nobody can paint every generated image'
  if (arm.kind !== 'ours') return undefined
  if (arm.seeds > data.seeds.available) return `there are ${data.seeds.available} painted seeds`
  if (arm.chosen === 'disagreement' && data.annotate === undefined) return 'nobody can paint seeds that are chosen now'
  return undefined
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
