/** The results of an experiment as Markdown. */
import type { ArmSummary, ExperimentResults, OursArm } from '../../../../schemas/experiment.ts'
import type { RunMachine } from '../../../../schemas/run.ts'
import { lossChain } from './losses.ts'
import { table } from './markdownTable.ts'
import { fullySupervised, type MeanAndDeviation } from './summary.ts'

/** @param standard what other arms of the method differ from in one thing, whatever its number of images */
export function resultsTable(results: ExperimentResults, standard: OursArm): string {
  const { arms, parts } = results
  const full = fullySupervised(arms)
  const sections = [
    `# Experiment on ${results.data}, preset ${results.preset}`,
    [
      `mIoU on ${results.testImages} real test images that nothing else uses, over ${parts.length} parts, the background`,
      'included. *mIoU*: parts that occur; *absent as 0*: the definition of the code published with DatasetGAN. Mean ± sample',
      'deviation over random seeds, which decide initial weights and order, the images, and the painted seeds.',
    ].join('\n'),
    table(
      ['arm', 'trials', 'mIoU', 'absent as 0', ...(full === undefined ? [] : ['÷ full']), 'seconds'],
      arms.map((arm) => [
        arm.name,
        String(arm.trials),
        withDeviation(arm.miou),
        withDeviation(arm.absentAsZero),
        ...(full === undefined ? [] : [(arm.miou.mean / full.miou.mean).toFixed(2)]),
        arm.seconds.toFixed(0),
      ]),
    ),
    ...(full === undefined ? [] : [`*full*: ${full.name}.`]),
    '## IoU of each part',
    table(
      ['arm', ...parts.map(({ name }) => name)],
      arms.map((arm) => [arm.name, ...arm.parts.map((iou) => (iou === null ? '–' : iou.toFixed(3)))]),
    ),
    ...lossSection(arms, standard),
    ...(results.leftOut.length === 0
      ? []
      : ['## Left out', results.leftOut.map(({ name, reason }) => `- ${name}: ${reason}`).join('\n')]),
    `## Made on\n\n${machinesOf(results)
      .map((machine) => `- ${machine}`)
      .join('\n')}`,
  ]
  return `${sections.join('\n\n')}\n`
}

/** Where it is lost, where arms are there to tell. */
function lossSection(arms: readonly ArmSummary[], standard: OursArm): readonly string[] {
  const chain = lossChain(arms, standard)
  const rows = chain.map(({ name, change, miou, difference }) => [
    name,
    change,
    miou.toFixed(3),
    difference === null ? '' : `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`,
  ])
  const generated = arms.filter(({ arm }) => arm.kind === 'ours' || arm.kind === 'annotated')
  if (generated.length === 0) return []
  return [
    '## Where it is lost',
    ...(rows.length === 0
      ? []
      : ['The same number of images all along:', table(['learned from', 'what came in', 'mIoU', 'difference'], rows)]),
    [
      '*interpreter*: its labels of generated images against the annotator’s. *held out*: the segmenter on generated images',
      'that it did not learn, against the labels of its kind. *real*: the segmenter on the test images.',
    ].join('\n'),
    table(
      ['arm', 'interpreter', 'held out', 'real'],
      generated.map(({ name, interpreter, heldOut, miou }) => [
        name,
        interpreter === null ? '–' : withDeviation(interpreter),
        withDeviation(heldOut),
        withDeviation(miou),
      ]),
    ),
  ]
}

function withDeviation({ mean, deviation }: MeanAndDeviation): string {
  return deviation === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`
}

function machinesOf({ trials }: ExperimentResults): readonly string[] {
  return [...new Set(trials.map(({ machine }) => describe(machine)))]
}

function describe({ description, device, threads, versions }: RunMachine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [description, device, `${threads} threads`, ...programs].join(', ')
}
