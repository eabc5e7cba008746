import type { TapRange } from './kernelLayout.ts'
import { alongAxis, type Window } from './window.ts'

/** What of a kernel sees anything of an image, and the window that remains. */
export interface LiveTaps {
  readonly rows: TapRange
  readonly columns: TapRange
  readonly window: Window
}

/**
 * Leaves out the outer rows and columns of a kernel that meet nothing but padding: of a 3×3 kernel with dilation 18 on a
 * map of 16×16 pixels the middle alone remains, a ninth of the work with the same result.
 * @param size, lengths height and width of image and result
 */
export function liveTaps(
  size: readonly number[],
  lengths: readonly number[],
  kernel: readonly number[],
  window: Window,
): LiveTaps {
  const [vertical, horizontal] = ([0, 1] as const).map((axis) => {
    const { stride, dilation, before, after } = alongAxis(window, axis)
    const taps = kernel[axis] ?? 0
    const [length, outputs] = [size[axis] ?? 0, lengths[axis] ?? 0]
    const sees = (tap: number): boolean => {
      const first = tap * dilation - before
      return first < length && first + stride * (outputs - 1) >= 0
    }
    const indices = Array.from({ length: taps }, (_, tap) => tap)
    // Padding is taken off with the taps that saw it, and cannot become negative.
    const start = Math.min(Math.max(0, indices.findIndex(sees)), Math.floor(before / dilation))
    const end = Math.max(indices.findLastIndex(sees) + 1, taps - Math.floor(after / dilation), start + 1)
    return {
      range: { start, count: end - start },
      before: before - start * dilation,
      after: after - (taps - end) * dilation,
    }
  })
  if (vertical === undefined || horizontal === undefined) throw new TypeError('an image has two axes')
  return {
    rows: vertical.range,
    columns: horizontal.range,
    window: { ...window, pads: [vertical.before, horizontal.before, vertical.after, horizontal.after] },
  }
}
