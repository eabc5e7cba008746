import { setTimeout } from 'node:timers/promises'
import type { LabelMap } from '../../schemas/labelMap.ts'
import type { DraftSettings } from '../../schemas/lifeSettings.ts'
import { resizeLabelMap } from '../images/index.ts'
import { askForSegments, type Segment } from './ask.ts'
import { DraftError } from './errors.ts'
import { decodeMask } from './mask.ts'
import { checkAccess, partIds } from './settings.ts'

/** What the draft has to be: names of the parts in the order of their ids, background first; size in pixels. */
export interface DraftForm {
  readonly parts: readonly string[]
  readonly width: number
  readonly height: number
}

export interface DrafterOptions {
  /** Of Hugging Face or of the endpoint. Sent over https, or within this machine; never over http to another. */
  readonly token?: string | undefined
  readonly settings: DraftSettings
  /** Names of the parts, where they are known already: the labels are then checked at once. */
  readonly parts?: readonly string[]
  readonly fetch?: typeof globalThis.fetch
  /** How long a draft may take altogether. */
  readonly timeoutMilliseconds?: number
  /** Ends the drafts under way. */
  readonly signal?: AbortSignal
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

export interface Drafter {
  /**
   * First masks of an image: its segments, by the settings' labels, as a label map of the form's size. Where segments
   * overlap, the smaller one is on top.
   * @param image PNG
   * @returns undefined where the model found no part but the background
   * @throws DraftError, and nothing else: a seed task without a draft is painted from nothing
   */
  draft(image: Uint8Array, form: DraftForm): Promise<LabelMap | undefined>
}

/** A model on the hub may have to be loaded first. */
const defaultTimeout = 120_000

/**
 * Drafts label maps by an image segmentation model on Hugging Face, or by an endpoint that speaks its protocol.
 * @throws DraftError where the settings cannot work
 */
export function openDrafter(options: DrafterOptions): Drafter {
  const { settings, fetch = globalThis.fetch, timeoutMilliseconds = defaultTimeout, signal: stop } = options
  const wait = options.wait ?? ((milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }))
  const access = checkAccess(settings, options.token)
  if (options.parts) partIds(settings, options.parts)

  const draft = async (image: Uint8Array, form: DraftForm, signal: AbortSignal): Promise<LabelMap | undefined> => {
    const ids = partIds(settings, form.parts)
    const patienceMilliseconds = timeoutMilliseconds
    const question = { access, model: settings.model, image, fetch, wait, signal, patienceMilliseconds }
    return await paint(await askForSegments(question), ids, form, signal)
  }

  return {
    async draft(image, form) {
      const timeout = AbortSignal.timeout(timeoutMilliseconds)
      const signal = stop ? AbortSignal.any([stop, timeout]) : timeout
      try {
        return await draft(image, form, signal)
      } catch (error) {
        if (stop?.aborted) throw new DraftError('stopped', 'The draft was stopped.')
        if (timeout.aborted) {
          throw new DraftError(
            'timeout',
            `${settings.model} gave no draft within ${timeoutMilliseconds / 1000} seconds.`,
          )
        }
        throw error
      }
    },
  }
}

/** Each pixel goes to the smallest segment that covers it; of equal ones, to the first. */
async function paint(
  segments: readonly Segment[],
  ids: ReadonlyMap<string, number>,
  { width, height }: DraftForm,
  signal: AbortSignal,
): Promise<LabelMap | undefined> {
  const data = new Uint8Array(width * height)
  const areas = new Float64Array(width * height).fill(Number.POSITIVE_INFINITY)
  for (const { label, mask } of segments) {
    const id = ids.get(label)
    if (id === undefined) continue
    signal.throwIfAborted()
    const covered = resizeLabelMap(await decodeMask(mask, label), width, height).data
    const area = covered.reduce((sum, pixel) => sum + pixel, 0)
    for (const [pixel, isCovered] of covered.entries()) {
      if (isCovered === 0 || area >= (areas[pixel] ?? 0)) continue
      data[pixel] = id
      areas[pixel] = area
    }
  }
  return data.some((id) => id > 0) ? { width, height, data } : undefined
}
