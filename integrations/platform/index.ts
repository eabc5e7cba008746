/**
 * An annotation platform: where people see images and paint their parts. What a project needs of one, in words that fit
 * any; a second platform is a second folder beside label-studio/, which passes the same contract suite.
 */
import type { LabelMap } from '../../schemas/labelMap.ts'
import type { ModelVersion } from '../../schemas/modelVersion.ts'
import type { Notice } from '../../schemas/notice.ts'
import type { Painting } from '../../schemas/painting.ts'
import type { Platform } from '../../schemas/project.ts'

export type { Painting } from '../../schemas/painting.ts'
export * from './errors.ts'

/** What a platform's project asks to be painted. */
export interface PlatformProject {
  readonly id: string
  readonly title: string
  /** Where a person opens it. */
  readonly address: string
  /**
   * Classes in the order of the label configuration, as it spells them, with their colours where it gives any. Empty
   * where nothing in the configuration can be painted; `notices` says why.
   */
  readonly labels: readonly { readonly name: string; readonly color: string | undefined }[]
  /** The version that the platform shows; undefined where it shows none, or not one of ours. */
  readonly shown: string | undefined
  /** What is missing or wrong there, and what to do. */
  readonly notices: readonly Notice[]
}

export interface PlatformTask {
  readonly id: string
  /** The sample that it shows. */
  readonly sample: string
  /** What it was imported as; undefined where somebody took that out of its data. */
  readonly kind: TaskKind | undefined
}

/** A task whose image is not ours. */
export interface OtherTask {
  readonly id: string
  /** Where its image lies, as the task says it: an address, a path of the platform's server, a data URI. May hold secrets. */
  readonly image: string
}

/** An image to be painted, or an image that comes labelled. */
export type TaskKind = 'seed' | 'generated'

export interface PlatformAnnotation {
  readonly id: string
  readonly task: string
  readonly sample: string
  readonly taskKind: TaskKind | undefined
  /** Who made it, as the platform names people: an id, never an address. */
  readonly by: string | undefined
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
  /** Seconds that the person spent, where the platform measured them. */
  readonly seconds: number | undefined
  readonly painting: Painting
}

/** What label maps are made of and look like. */
export interface PaintingForm {
  /** Names of the parts as the label configuration spells them; the index is the part's id, 0 the background. */
  readonly parts: readonly string[]
  /** Size of the label maps wanted, in pixels. Paintings of another size are unusable. */
  readonly width: number
  readonly height: number
  /** Names of labels that were painted before they were renamed → names in `parts`. */
  readonly aliases?: Readonly<Record<string, string>>
}

export interface Prediction {
  readonly version: ModelVersion
  /** 0 to 1, higher is more certain. */
  readonly score: number
  readonly labelMap: LabelMap
}

export interface NewTask {
  /** Travels in the task's data, and tells later whether the sample is there. */
  readonly sample: string
  readonly kind: TaskKind
  /** PNG. */
  readonly image: Uint8Array
  readonly prediction?: Prediction
}

/** A prediction for a task that is there. */
export interface TaskPrediction {
  readonly task: string
  readonly prediction: Prediction
}

/** How far a connection goes. */
export interface Connection {
  /** Whether the platform will tell us of annotations by itself. Where not, the reconciler finds them. */
  readonly notified: boolean
  readonly notices: readonly Notice[]
}

/**
 * Reads are tried again where that helps; writes are not, since one that got no answer may have been done. Every method
 * throws PlatformError: PlatformUnavailableError where trying later may help, else with what is wrong and what to do.
 */
export interface AnnotationPlatform {
  readonly name: Platform
  readProject(project: string): Promise<PlatformProject>
  /** All tasks that show a sample of ours, page by page: a project may hold any number of others. */
  listTasks(project: string): AsyncIterable<PlatformTask>
  /**
   * Of the tasks with these ids, those that are in the project, show no sample of ours, and name an image to paint on; in
   * the order asked for, each once.
   */
  listOtherTasks(project: string, ids: readonly string[]): Promise<readonly OtherTask[]>
  /**
   * The file of an image that is not ours, as its owner stored it: what `decodeRgb` reads, whatever its name says.
   * @throws RemoteImageError where it cannot be had or is no image; it says whether trying later may help
   * @throws the signal's reason
   */
  readImage(project: string, task: OtherTask, signal?: AbortSignal): Promise<Uint8Array>
  /** All annotations of tasks that show a sample, drafts left out. */
  listAnnotations(project: string, form: PaintingForm): AsyncIterable<PlatformAnnotation>
  /**
   * Imports tasks with their images and predictions, all or none of them. The caller has made sure that none is there.
   * @throws ImportUnsettledError where no answer says whether they were imported: list the tasks until they are there
   */
  importTasks(project: string, form: PaintingForm, tasks: readonly NewTask[]): Promise<void>
  /** Most tasks that one import takes. */
  readonly importLimit: number
  /** Tasks that have a prediction of this version. @param among where only these are of interest: so few are asked quickly */
  tasksPredicted(project: string, version: ModelVersion, among?: readonly string[]): Promise<ReadonlySet<string>>
  addPredictions(project: string, form: PaintingForm, predictions: readonly TaskPrediction[]): Promise<void>
  /**
   * Takes all predictions of one version away; annotations made from them stay. Another version that is shown stays so.
   * @returns how many there were
   */
  removePredictions(project: string, version: ModelVersion): Promise<number>
  /**
   * Makes the platform show this version's predictions, and checks that it does.
   * @throws NothingToShowError where it has none
   */
  show(project: string, version: ModelVersion): Promise<void>
  /** Makes views in which work is convenient, where they are missing: the most uncertain tasks first. */
  prepareViews(project: string): Promise<void>
}
