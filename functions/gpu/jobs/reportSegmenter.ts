import type { ReportFact, ReportSegmenter } from '../../../schemas/report.ts'
import type { SegmenterRecord } from '../../../schemas/segmenter.ts'
import { bestStep } from '../onnx/fit.ts'

/** What the report page shows of a run's segmenter. */
export function reportSegmenter({ heldOut, ...record }: SegmenterRecord): ReportSegmenter {
  return { miou: heldOut.miou, parts: heldOut.parts, facts: segmenterFacts(record) }
}

function segmenterFacts({
  options,
  images,
  history,
  pretrained,
}: Pick<SegmenterRecord, 'options' | 'images' | 'history' | 'pretrained'>): ReportFact[] {
  const { backbone, width, height, outputStride } = options
  const facts: ReportFact[] = [
    { name: 'Network', value: `DeepLab-V3, backbone ${backbone}, output stride ${outputStride}` },
    { name: 'Its images', value: `${width} × ${height}` },
    { name: 'Learned from', value: `${images.training} generated images` },
    { name: 'Held out', value: String(images.heldOut) },
  ]
  const last = history.at(-1)?.step
  if (last !== undefined) facts.push({ name: 'Steps', value: `${last}; those of ${bestStep(history)} were kept` })
  if (pretrained !== null) facts.push({ name: 'Begun with', value: pretrained.source })
  return facts
}
