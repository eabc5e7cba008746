import type { RgbImage } from '../../../schemas/rgbImage.ts'
import type { Engine } from '../onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../onnx/hostTensor.ts'
import { buildModel, type Model } from '../onnx/model.ts'
import { oneByOne } from '../onnx/oneByOne.ts'
import { reshape, slice } from '../onnx/ops/layout.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import { imageBytes, sizeOfImages } from './generator.ts'
import { latentTensor } from './latents.ts'
import { mapping } from './mapping.ts'
import { styleCount, synthesis } from './synthesis.ts'
import type { GeneratorWeights } from './weights.ts'

/** Images out of styles that may differ from layer to layer, one at a time: only one image is held in memory. */
export interface StyledImages {
  /** Style vectors that an image is made of. */
  readonly layers: number
  /** The style w of a seed, without truncation. [styleLength] */
  style(seed: number): Promise<Float32Array>
  /** @param styleOf w of each layer, [styleLength]; see `synthesis` for what each layer does */
  image(styleOf: (layer: number) => Float32Array): Promise<RgbImage>
  release(): Promise<void>
}

/**
 * One graph makes all images, whatever their truncation and mixture. With the same style in all layers an image has the
 * bytes that the graph of whole images gives it: both run the same operators on the same numbers, one image at a time.
 */
export async function openStyledImages(engine: Engine, weights: GeneratorWeights): Promise<StyledImages> {
  const { latentLength, styleLength } = weights
  const layers = styleCount(weights)
  const size = sizeOfImages(weights)
  const mapped = await engine.load(mappingGraph(weights).bytes)
  const synthesized = await engine.load(synthesisGraph(weights).bytes)
  return {
    layers,
    style: async (seed) => {
      const { results } = await mapped.run({ z: latentTensor(seed, latentLength) })
      return float32Data(results.w, 'w')
    },
    image: async (styleOf) => {
      const w = new Float32Array(layers * styleLength)
      for (let layer = 0; layer < layers; layer++) w.set(styleOf(layer), layer * styleLength)
      const { results } = await synthesized.run({ w: float32(w, [1, layers, styleLength]) })
      return { ...size, data: uint8Data(results.image, 'image') }
    },
    release: async () => {
      await mapped.release()
      await synthesized.release()
    },
  }
}

/**
 * The truncation trick on a style: see `truncate`, whose float32 numbers these are.
 * @param truncation ψ: 1 changes nothing, 0 gives the average style
 */
export function truncateStyle(weights: GeneratorWeights, w: Float32Array, truncation: number): Float32Array {
  if (truncation === 1) return w
  const average = weights.get('mapping.w_avg').data
  const psi = Math.fround(truncation)
  return w.map((value, index) => {
    const mean = average[index] ?? 0
    return Math.fround(Math.fround(value - mean) * psi) + mean
  })
}

/** z [batch, latentLength] → w [batch, styleLength]. */
function mappingGraph(weights: GeneratorWeights): Model {
  const { latentLength, styleLength } = weights
  const outputs = oneByOne(input('z', 'float32', ['batch', latentLength]), (z) => ({
    w: reshape(mapping(weights, reshape(z, [1, latentLength])), [styleLength]),
  }))
  return buildModel({ name: 'styles', outputs })
}

/** w [batch, layers, styleLength] → image uint8 [batch, height, width, 3]. */
function synthesisGraph(weights: GeneratorWeights): Model {
  const { styleLength, facts } = weights
  const layers = styleCount(weights)
  const { width, height } = sizeOfImages(weights)
  const outputs = oneByOne(input('w', 'float32', ['batch', layers, styleLength]), (w) => {
    const styles = Array.from({ length: layers }, (_, layer) => slice(w, [{ axis: 0, start: layer, end: layer + 1 }]))
    const styleOf = (layer: number): Tensor => styles[layer] ?? w
    return { image: reshape(imageBytes(synthesis(weights, styleOf).image, facts.crop), [height, width, 3]) }
  })
  return buildModel({ name: 'styled images', outputs })
}
