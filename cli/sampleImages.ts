/** The images of a request one after another, each with its name and its place on the sheet. */
import { makeSamples, mixSamples, type SamplesContext } from '../functions/gpu/jobs/samples.ts'
import type { GeneratorWeights } from '../functions/gpu/stylegan/weights.ts'
import type { RgbImage } from '../schemas/rgbImage.ts'
import { sampleId } from '../schemas/sample.ts'
import type { SampleRequest } from './sampleRequest.ts'

export interface NamedImage {
  /** A sample's id; mixed styles have no seed, so theirs names both. */
  readonly name: string
  readonly row: number
  readonly column: number
  readonly image: RgbImage
}

/**
 * @param generator its name, which stands in the images' names
 * @param width columns of the sheet
 */
export async function* sampleImages(
  context: SamplesContext,
  weights: GeneratorWeights,
  {
    generator,
    request,
    width,
  }: { readonly generator: string; readonly request: SampleRequest; readonly width: number },
): AsyncGenerator<NamedImage> {
  if (request.kind === 'seeds') {
    let index = 0
    for await (const { image, ...recipe } of makeSamples(context, weights, request)) {
      const name = sampleId({ generator, ...recipe })
      yield { name, row: Math.floor(index / width), column: index % width, image }
      index += 1
    }
    return
  }
  const { rows, columns, layers, truncation } = request
  for await (const { row, column, image } of mixSamples(context, weights, request)) {
    const [base, other] = [
      row === undefined ? undefined : rows[row],
      column === undefined ? undefined : columns[column],
    ]
    const name = mixedName(
      generator,
      [base, other].filter((seed) => seed !== undefined),
      layers,
      truncation,
    )
    yield { name, row: row === undefined ? 0 : row + 1, column: column === undefined ? 0 : column + 1, image }
  }
}

/**
 * `avatars-s0-s10-l0-3-t0.7`: seed 0 with layers 0 to 3 of seed 10. It names two seeds, so that nobody takes it for an
 * image that can be painted as a seed.
 */
export function mixedName(
  generator: string,
  [first = 0, second]: readonly number[],
  layers: readonly number[],
  truncation: number,
): string {
  if (second === undefined) return sampleId({ generator, seed: first, truncation })
  return `${generator}-s${first}-s${second}-l${rangesOf(layers)}-t${truncation}`
}

/** [0, 1, 2, 5] → `0-2+5`. */
function rangesOf(ascending: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const layer of ascending) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to === layer - 1) last.to = layer
    else ranges.push({ from: layer, to: layer })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join('+')
}
