/** What an experiment learns from and is measured on, wherever it comes from. */
import type { Store } from '../../../../integrations/storage/index.ts'
import type { LabelMap } from '../../../../schemas/labelMap.ts'
import type { LabelList } from '../../../../schemas/labels.ts'
import type { Generator, ImageSize, ProjectSettings } from '../../../../schemas/project.ts'
import type { LabelledImages } from '../../segmenter/labelledImages.ts'
import type { UnlabelledImages } from '../../segmenter/semiSupervised/fitSemiSupervised.ts'

/** What an experiment asks for cannot be had. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError'
}

/** Labelled images, of which as many can be had as are available. */
export interface LabelledPool {
  readonly available: number
  /** The same number and seed give the same images; a larger number holds those of a smaller one. */
  take(count: number, randomSeed: number): Promise<LabelledImages>
}

/** A generator, and who paints its images. */
export interface SeedPainter {
  readonly generator: Generator
  /** Makes a store whole by itself: afterwards jobs find the generator's weights there. */
  copyGenerator(to: Store): Promise<void>
  /** Parts, and ψ of the images that are painted. */
  readonly labelList: LabelList
  /** Of the runs; what an arm says comes before them. */
  readonly settings: Pick<ProjectSettings, 'labelWidth' | 'labelHeight'> & Partial<ProjectSettings>
  /** Images that are painted, or can be. */
  readonly available: number
  /** Generator seeds of painted images; a larger number holds those of a smaller one. */
  choose(count: number, randomSeed: number): readonly number[]
  /** The label maps of some of them, in their order. */
  paint(seeds: readonly number[]): Promise<readonly LabelMap[]>
}

export interface ExperimentData {
  /** Lower-case words, as in keys. */
  readonly name: string
  /** Names all that its images and labels depend on: results of other data are never taken for those of this. */
  readonly fingerprint: string
  /** Of the images as the network takes them. */
  readonly size: ImageSize
  /** Real images with the labels of `seeds.labelList`. */
  readonly real: LabelledPool
  /** Real images that nothing else uses. */
  readonly test: { readonly count: number; read(): Promise<LabelledImages> }
  readonly seeds: SeedPainter
  /**
   * Paints any generated image, where there is one who can; then `seeds.paint` takes any seed, too.
   * @returns label maps, [count, height, width]
   */
  readonly annotate?: ((images: UnlabelledImages) => Promise<Uint8Array>) | undefined
  /** Real images without labels. */
  readonly unlabelled?: { readonly available: number; take(count: number): Promise<UnlabelledImages> } | undefined
  /** What the transfer begins with: other images with labels of their own, or weights. */
  readonly elsewhere?:
    | { readonly kind: 'images'; readonly what: string; readonly parts: number; readonly pool: LabelledPool }
    | { readonly kind: 'weights'; readonly what: string; readonly bytes: Uint8Array }
    | undefined
}
