/** A segmenter as a safetensors file: tensors named as in torchvision, the network's shape and size as metadata. */
import { z } from 'zod'
import { float32, float32Data, type HostTensor } from '../onnx/hostTensor.ts'
import { metadataJson } from '../onnx/metadataJson.ts'
import { float32Values, readSafetensors, type StoredTensor, writeSafetensors } from '../onnx/safetensors.ts'
import { deepLabParameters, deepLabStatistics } from './deeplab.ts'
import { SegmenterError } from './errors.ts'
import { networkSides, type Segmenter, type SegmenterNetwork } from './segmenter.ts'

const Count = z.int().min(1).max(4096)
const Side = z.int().min(networkSides.least).max(networkSides.most)

const Network = z.object({
  backbone: z.object({
    block: z.enum(['basic', 'bottleneck']),
    depths: z.tuple([Count, Count, Count, Count]),
    width: Count,
  }),
  outputStride: z.union([z.literal(8), z.literal(16)]),
  headWidth: Count,
  classes: z.int().min(2).max(256),
  size: z.object({ width: Side, height: Side }),
})

const Facts = z.object({ network: metadataJson.pipe(Network) })

/** @returns the same bytes for the same segmenter */
export function encodeSegmenter(
  { network, tensors }: Segmenter,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const stored = [...tensors].map(([name, tensor]): [string, StoredTensor] => [
    name,
    { dtype: 'F32', shape: tensor.shape, data: float32Data(tensor, name) },
  ])
  return writeSafetensors(new Map(stored), { ...metadata, network: JSON.stringify(Network.parse(network)) })
}

/**
 * @throws SafetensorsError where the file is damaged or cut short
 * @throws SegmenterError where it holds something else than a whole segmenter
 */
export function decodeSegmenter(bytes: Uint8Array): Segmenter {
  const { tensors, metadata } = readSafetensors(bytes)
  const facts = Facts.safeParse(metadata)
  if (!facts.success)
    throw new SegmenterError(`the file holds no segmenter:\n${z.prettifyError(facts.error)}`, { cause: facts.error })
  const network: SegmenterNetwork = facts.data.network
  const found = new Map<string, HostTensor>()
  for (const [name, shape] of Object.entries({ ...deepLabParameters(network), ...deepLabStatistics(network) })) {
    const tensor = tensors.get(name)
    if (tensor?.shape.join() !== shape.join())
      throw new SegmenterError(`${name} should have shape [${shape}], the file has ${describe(tensor)}`)
    found.set(name, float32(float32Values(name, tensor), shape))
  }
  return { network, tensors: found }
}

function describe(tensor: StoredTensor | undefined): string {
  return tensor === undefined ? 'none' : `[${tensor.shape}]`
}
