import type { Random } from '../random.ts'
import { InterpreterError } from './ensemble.ts'

export interface PixelSamplingOptions {
  readonly parts: number
  /** Pixels wanted over all images. */
  readonly total: number
  /** At most this many pixels of one image, which bounds the memory that its features take. */
  readonly perImage: number
}

/**
 * Chooses training pixels, balanced over the parts: a part with n pixels gets a share proportional to √n, so that
 * small parts count for more than their area and large ones still for most. Within a part, pixels are drawn without
 * replacement, evenly over the images. Deterministic.
 * @param labelMaps part ids of every seed image
 * @returns for every image the chosen pixels, ascending. They are fewer than `total` where there are fewer, or where
 *   images are full.
 * @throws InterpreterError where there is no label map, or one holds an id outside the label list
 */
export function samplePixels(
  labelMaps: readonly Uint8Array[],
  { parts, total, perImage }: PixelSamplingOptions,
  random: Random,
): readonly Uint32Array[] {
  if (labelMaps.length === 0)
    throw new InterpreterError('there is no seed annotation to train on: paint at least one image')
  const places = labelMaps.map((labels) => placesByPart(labels, parts))
  const counts = Array.from({ length: parts }, (_, part) =>
    places.reduce((sum, byPart) => sum + (byPart[part]?.length ?? 0), 0),
  )
  const quotas = shareOut(counts, total)
  const room = labelMaps.map(() => perImage)
  const chosen: Uint32Array[][] = labelMaps.map(() => [])
  // Small parts choose first: they must not find the images full.
  const order = counts.map((_, part) => part).toSorted((a, b) => (quotas[a] ?? 0) - (quotas[b] ?? 0) || a - b)
  for (const part of order) {
    const shuffled = places.map((byPart) => random.shuffle(Uint32Array.from(byPart[part] ?? [])))
    const available = shuffled.map((list, image) => Math.min(list.length, room[image] ?? 0))
    for (const [image, count] of evenly(available, quotas[part] ?? 0).entries()) {
      chosen[image]?.push(shuffled[image]?.subarray(0, count) ?? new Uint32Array())
      room[image] = (room[image] ?? 0) - count
    }
  }
  return chosen.map((lists) => joined(lists).sort())
}

function joined(lists: readonly Uint32Array[]): Uint32Array {
  const result = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0))
  let place = 0
  for (const list of lists) {
    result.set(list, place)
    place += list.length
  }
  return result
}

function placesByPart(labels: Uint8Array, parts: number): readonly number[][] {
  const places: number[][] = Array.from({ length: parts }, () => [])
  for (const [pixel, part] of labels.entries()) {
    const list = places[part]
    if (list === undefined)
      throw new InterpreterError(`pixel ${pixel} is labelled ${part}, the label list ends at ${parts - 1}`)
    list.push(pixel)
  }
  return places
}

/** Splits `total` over the parts in proportion to √count, never more than a part has; what is left goes to the others. */
function shareOut(counts: readonly number[], total: number): readonly number[] {
  const quotas = counts.map(() => 0)
  let left = Math.min(
    total,
    counts.reduce((sum, count) => sum + count, 0),
  )
  let open = counts.map((_, part) => part).filter((part) => (counts[part] ?? 0) > 0)
  while (left > 0 && open.length > 0) {
    const weight = open.reduce((sum, part) => sum + Math.sqrt(counts[part] ?? 0), 0)
    const before = left
    for (const part of open) {
      const wanted = Math.floor((before * Math.sqrt(counts[part] ?? 0)) / weight)
      const given = Math.min(wanted, (counts[part] ?? 0) - (quotas[part] ?? 0), left)
      quotas[part] = (quotas[part] ?? 0) + given
      left -= given
    }
    open = open.filter((part) => (quotas[part] ?? 0) < (counts[part] ?? 0))
    const [first] = open
    if (left === before && first !== undefined) {
      quotas[first] = (quotas[first] ?? 0) + 1
      left -= 1
    }
  }
  return quotas
}

/** Takes `wanted` from what is available in each image, as evenly as possible. */
function evenly(available: readonly number[], wanted: number): readonly number[] {
  const taken = available.map(() => 0)
  let left = wanted
  const order = available
    .map((_, image) => image)
    .toSorted((a, b) => (available[a] ?? 0) - (available[b] ?? 0) || a - b)
  for (const [place, image] of order.entries()) {
    const share = Math.min(available[image] ?? 0, Math.ceil(left / (order.length - place)))
    taken[image] = Math.min(share, left)
    left -= taken[image] ?? 0
  }
  return taken
}

/** Pixels whose features fit into the given memory. At least 1. */
export function pixelBudget(featureLength: number, bytes: number): number {
  return Math.max(1, Math.floor(bytes / (featureLength * Float32Array.BYTES_PER_ELEMENT)))
}
