/**
 * A place that a person marked on an image, to say which part of a prediction is meant. Lengths are shares of the image's
 * width and height, 0 to 1 from the top left.
 */
export type Hint = PointHint | RectangleHint

interface Meaning {
  /** False where the person says what is not meant. */
  readonly isPositive: boolean
  /** The label that it was drawn with, which need not be a part's name; undefined where there was none. */
  readonly part: string | undefined
}

export interface PointHint extends Meaning {
  readonly kind: 'point'
  readonly x: number
  readonly y: number
}

export interface RectangleHint extends Meaning {
  readonly kind: 'rectangle'
  /** The left edge. */
  readonly x: number
  /** The top edge. */
  readonly y: number
  readonly width: number
  readonly height: number
}
