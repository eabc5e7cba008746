/** What `sixteen samples` was asked to show, as images and as a sheet. */
import type { Mixture } from '../functions/gpu/jobs/samples.ts'
import { isLayerGroup, layersOfGroup } from '../functions/gpu/stylegan/mixedLayers.ts'
import { layoutSheet, type SheetPlan, SheetSizeError, tileSize } from '../integrations/images/sheet/index.ts'
import type { ImageSize } from '../schemas/project.ts'
import { UsageError } from './errors.ts'

export interface SampleOptions {
  readonly seeds?: readonly number[]
  readonly truncation?: readonly number[]
  readonly mix?: Pick<Mixture, 'rows' | 'columns'>
  readonly layers?: string
  /** Of a sheet. */
  readonly columns?: number
  /** Longer side of the images on a sheet, in pixels. */
  readonly tile?: number
}

export type SampleRequest =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[]; readonly truncations: readonly number[] }
  | ({ readonly kind: 'mixture' } & Mixture)

/** What is shown where nothing was asked for. */
const someSeeds = Array.from({ length: 64 }, (_, seed) => seed)
/** A larger generator's images are shrunk to this on a sheet. */
const largestTile = 256
/** What `--tile` may be. */
export const smallestTile = 8
const mostMixtures = 100_000

/**
 * @param generator how many layers it has, and with which ψ it is meant to be sampled
 * @throws UsageError where options do not go together, or the generator lacks the layers
 */
export function sampleRequest(
  { seeds, truncation, mix, layers, columns }: SampleOptions,
  generator: { readonly layers: number; readonly defaultTruncation: number },
): SampleRequest {
  const truncations = truncation ?? [generator.defaultTruncation]
  if (mix === undefined) {
    if (layers !== undefined) throw new UsageError('--layers says what is mixed: give --mix ROWS:COLUMNS, too')
    if (columns !== undefined && truncations.length > 1)
      throw new UsageError(
        'a sheet of several ψ has one column for each: leave --columns out, or give one --truncation',
      )
    return { kind: 'seeds', seeds: seeds ?? someSeeds, truncations }
  }
  if (seeds !== undefined) throw new UsageError('--mix names its own seeds: leave --seeds out')
  if (columns !== undefined)
    throw new UsageError('a sheet of mixed styles has one column for each seed after the colon: leave --columns out')
  const [psi, ...more] = truncations
  if (psi === undefined || more.length > 0) throw new UsageError('styles are mixed at one ψ: give one --truncation')
  if (mix.rows.length * mix.columns.length > mostMixtures)
    throw new UsageError(
      `${mix.rows.length} rows of ${mix.columns.length} are more than ${mostMixtures} images: mix fewer seeds`,
    )
  return { kind: 'mixture', ...mix, truncation: psi, layers: parseLayers(layers ?? 'coarse', generator.layers) }
}

/**
 * Groups of layers, layers, and ranges of them, parted by commas: `coarse`, `0-3`, `4,6-11`.
 * @returns in ascending order
 */
function parseLayers(text: string, count: number): readonly number[] {
  const layers = text.split(',').flatMap((word) => {
    const name = word.trim()
    if (isLayerGroup(name)) {
      const group = layersOfGroup(name, count)
      if (group.length === 0) throw new UsageError(`the generator has no ${name} layers, only 0-${count - 1}`)
      return group
    }
    const [, first, last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(name) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || from > to || to >= count)
      throw new UsageError(
        `--layers ${JSON.stringify(word)} names no layers: give coarse, middle, fine, or layers from 0 to ` +
          `${count - 1}, like 0-3 or 4,6-7`,
      )
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
  return [...new Set(layers)].toSorted((a, b) => a - b)
}

/**
 * The sheet of a request: seeds in rows with a caption each, or a row for each seed with a column for each ψ, or a row
 * and a column for each seed that is mixed.
 * @throws UsageError where the sheet would be too large
 */
export function sampleSheet(
  request: SampleRequest,
  { columns, tile: wanted }: Pick<SampleOptions, 'columns' | 'tile'>,
  image: ImageSize,
): SheetPlan {
  const arranged = arrangement(request, columns)
  const longer = wanted ?? Math.min(largestTile, Math.max(image.width, image.height))
  const plan = { ...arranged, tile: tileSize(image, longer) }
  const tooLarge = sizeError(plan)
  if (tooLarge === undefined) return plan
  const fitting = largestFitting(
    (side) => sizeError({ ...arranged, tile: tileSize(image, side) }) === undefined,
    longer,
  )
  const smaller = fitting === undefined ? '' : `give --tile ${fitting} or less, or `
  throw new UsageError(`${tooLarge.message}: ${smaller}show fewer seeds on one sheet`)
}

/** By bisection. @param tooLarge does not fit */
function largestFitting(fits: (side: number) => boolean, tooLarge: number): number | undefined {
  let [below, above] = [smallestTile - 1, tooLarge]
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2)
    if (fits(middle)) below = middle
    else above = middle
  }
  return below < smallestTile ? undefined : below
}

function sizeError(plan: SheetPlan): SheetSizeError | undefined {
  try {
    layoutSheet(plan)
    return undefined
  } catch (error) {
    if (error instanceof SheetSizeError) return error
    throw error
  }
}

function arrangement(request: SampleRequest, columns: number | undefined): Omit<SheetPlan, 'tile'> {
  if (request.kind === 'mixture')
    return {
      rows: request.rows.length + 1,
      columns: request.columns.length + 1,
      rowHeads: ['', ...request.rows.map(String)],
      columnHeads: ['', ...request.columns.map(String)],
      corner: psiText(request.truncation),
    }
  const { seeds, truncations } = request
  if (truncations.length > 1)
    return {
      rows: seeds.length,
      columns: truncations.length,
      rowHeads: seeds.map(String),
      columnHeads: truncations.map(psiText),
    }
  const wide = Math.min(seeds.length, columns ?? Math.ceil(Math.sqrt(seeds.length)))
  return {
    rows: Math.ceil(seeds.length / wide),
    columns: wide,
    captions: seeds.map(String),
    title: truncations.map(psiText).join(' '),
  }
}

function psiText(truncation: number): string {
  return `ψ ${truncation}`
}
