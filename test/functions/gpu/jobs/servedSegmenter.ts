/** A platform's project that shows a version with a segmenter, whose weights nobody trained. */
import { defaultSegmenterFitOptions } from '../../../../functions/gpu/segmenter/fitSegmenter.ts'
import { initialDeepLab } from '../../../../functions/gpu/segmenter/initialWeights.ts'
import { segmenterNetwork } from '../../../../functions/gpu/segmenter/segmenter.ts'
import { segmenterGraph } from '../../../../functions/gpu/segmenter/segmenterGraph.ts'
import { encodeRgb } from '../../../../integrations/images/index.ts'
import { encodeJson, overwrite, type Store } from '../../../../integrations/storage/index.ts'
import { Serving } from '../../../../schemas/projectState.ts'
import { SegmenterRecord } from '../../../../schemas/segmenter.ts'
import { keys, tinyProject } from '../../reactor/reactorWorld.ts'

export const version = 'sixteen-v1'
const { parts } = tinyProject().labelList
const size = { width: 32, height: 32 }

/** @param seed of the weights: another one labels otherwise */
export async function serveSegmenter(store: Store, seed = 0): Promise<void> {
  const options = { backbone: 'small', outputStride: 16, ...size } as const
  const network = segmenterNetwork({ ...options, size, classes: parts.length })
  const segmenter = { network, tensors: initialDeepLab(network, seed) }
  const run = keys.run(version)
  const record: SegmenterRecord = {
    schemaVersion: 1,
    run: version,
    options: { ...defaultSegmenterFitOptions, ...options, augment: false, heldOutShare: 0.1, seed },
    inputs: String(seed).repeat(64),
    parts,
    images: { training: 1, heldOut: 1 },
    pretrained: null,
    history: [],
    heldOut: { loss: 0, miou: 0, parts: parts.map(({ id, name }) => ({ id, name, iou: null })) },
  }
  const served: Serving = { schemaVersion: 1, version, chosen: false }
  await overwrite(store, keys.serving, encodeJson(keys.serving, Serving, served))
  await overwrite(store, run.segmenterGraph, segmenterGraph(segmenter, { version, parts }).bytes)
  await overwrite(store, run.segmenterRecord, encodeJson(run.segmenterRecord, SegmenterRecord, record))
}

/** A photo of somebody, as far as a network that learned nothing can tell. */
export function photo(width: number, height: number, shade = 90): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, index) => (shade + 7 * index) % 256)
  return encodeRgb({ width, height, data })
}
