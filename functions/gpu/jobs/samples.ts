/** Images of seeds to look at: as they are, at several truncations, or with mixed styles. Nothing is written. */
import type { RgbImage } from '../../../schemas/rgbImage.ts'
import { openStyledImages, type StyledImages, truncateStyle } from '../stylegan/styledImages.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import type { JobContext } from './context.ts'

export type SamplesContext = Pick<JobContext, 'engine' | 'signal' | 'onProgress'>

export interface SampleImage {
  readonly seed: number
  readonly truncation: number
  readonly image: RgbImage
}

/**
 * The image of each seed at each ψ, seed by seed. The bytes are those of the images that a project shows for painting,
 * on the same device and with the same version of ONNX Runtime.
 */
export async function* makeSamples(
  { engine, signal, onProgress }: SamplesContext,
  weights: GeneratorWeights,
  { seeds, truncations }: { readonly seeds: readonly number[]; readonly truncations: readonly number[] },
): AsyncGenerator<SampleImage> {
  const images = await openStyledImages(engine, weights)
  const count = counter(seeds.length * truncations.length, onProgress)
  try {
    for (const seed of seeds) {
      signal?.throwIfAborted()
      const w = await images.style(seed)
      for (const truncation of truncations) {
        signal?.throwIfAborted()
        const style = truncateStyle(weights, w, truncation)
        yield { seed, truncation, image: await images.image(() => style) }
        count()
      }
    }
  } finally {
    await images.release()
  }
}

export interface Mixture {
  /** Seeds whose styles the other layers take, one for each row. */
  readonly rows: readonly number[]
  /** Seeds whose styles the chosen layers take, one for each column. */
  readonly columns: readonly number[]
  /** The layers that are taken from the column's seed. */
  readonly layers: readonly number[]
  readonly truncation: number
}

/** An image of a mixture: of a row's seed alone, of a column's seed alone, or of both. */
export interface MixedImage {
  /** Index of the row's seed. */
  readonly row: number | undefined
  /** Index of the column's seed. */
  readonly column: number | undefined
  readonly image: RgbImage
}

/** Style mixing (StyleGAN, section 3.1, figure 3): first the columns' seeds, then each row's seed and its mixtures. */
export async function* mixSamples(
  { engine, signal, onProgress }: SamplesContext,
  weights: GeneratorWeights,
  { rows, columns, layers, truncation }: Mixture,
): AsyncGenerator<MixedImage> {
  const images = await openStyledImages(engine, weights)
  const count = counter(rows.length * columns.length + rows.length + columns.length, onProgress)
  const chosen = new Set(layers)
  try {
    const rowStyles = await stylesOf(images, weights, rows, truncation, signal)
    const columnStyles = await stylesOf(images, weights, columns, truncation, signal)
    const cells = [undefined, ...rowStyles.keys()].flatMap((row) =>
      [undefined, ...columnStyles.keys()].map((column) => ({ row, column })),
    )
    for (const { row, column } of cells) {
      const base = row === undefined ? undefined : rowStyles[row]
      const other = column === undefined ? undefined : columnStyles[column]
      const first = base ?? other
      const second = other ?? base
      if (first === undefined || second === undefined) continue
      signal?.throwIfAborted()
      yield { row, column, image: await images.image((layer) => (chosen.has(layer) ? second : first)) }
      count()
    }
  } finally {
    await images.release()
  }
}

async function stylesOf(
  images: StyledImages,
  weights: GeneratorWeights,
  seeds: readonly number[],
  truncation: number,
  signal: AbortSignal | undefined,
): Promise<readonly Float32Array[]> {
  const styles: Float32Array[] = []
  for (const seed of seeds) {
    signal?.throwIfAborted()
    styles.push(truncateStyle(weights, await images.style(seed), truncation))
  }
  return styles
}

function counter(total: number, onProgress: SamplesContext['onProgress']): () => void {
  const state = { done: 0 }
  return () => {
    state.done += 1
    onProgress?.({ phase: 'generate', task: 'making images', done: state.done, total, unit: 'images' })
  }
}
