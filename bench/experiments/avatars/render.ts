import { Resvg } from '@resvg/resvg-js'
import type { Placement } from './attributes.ts'
import { DrawingError, type Layer, paintLayer } from './layers.ts'

/** An image and the part of each of its pixels. */
export interface Drawing {
  /** Pixels per side. */
  readonly size: number
  /** `[size, size, 3]` bytes. */
  readonly image: Uint8Array
  /** `[size, size]` part ids. */
  readonly labels: Uint8Array
}

/** A square that a drawing is put into. */
export interface Frame {
  /** Side of the view box. */
  readonly side: number
  /** `rrggbb` */
  readonly background: string
  /** The point of the drawing that it turns and grows about; it comes to `seat`, moved by the placement. */
  readonly pivot: readonly [x: number, y: number]
  readonly seat: readonly [x: number, y: number]
  readonly placement: Placement
}

/** Greys of neighbouring part ids: 0 is black, and 12 ids fit into a byte. */
const GREY_STEP = 20

/**
 * Renders a drawing, and once more with each part in a grey of its own and hard edges, which gives its label map. A
 * pixel at a part's edge has the label of what covers its middle.
 *
 * @param layers - from the back to the front; joined, they are one SVG fragment
 * @param size - pixels per side of both
 * @throws {DrawingError} when a pixel's label cannot be told
 */
export function renderLayers(layers: readonly Layer[], frame: Frame, size: number): Drawing {
  const image = render(layers.map(({ svg }) => svg).join(''), `#${frame.background}`, frame, size)
  const greys = layers.map(({ svg, part }) => paintLayer(svg, greyOf(part))).join('')
  const labels = render(greys, greyOf(0), frame, size, { shapeRendering: 0 })
  return { size, image: withoutAlpha(image), labels: partsOf(labels) }
}

/** RGBA bytes. */
function render(svg: string, background: string, frame: Frame, size: number, edges: { shapeRendering?: 0 } = {}) {
  const { side, pivot, seat, placement } = frame
  const { scale, rotate, tx, ty } = placement
  const place =
    `translate(${seat[0] + tx} ${seat[1] + ty}) rotate(${rotate}) scale(${scale}) ` +
    `translate(${-pivot[0]} ${-pivot[1]})`
  const whole =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${size}" height="${size}" ` +
    `fill="none"><rect width="${side}" height="${side}" fill="${background}"/><g transform="${place}">${svg}</g></svg>`
  // There is no text in a drawing; looking for fonts takes longer than all else.
  return new Resvg(whole, { font: { loadSystemFonts: false }, ...edges }).render().pixels
}

function greyOf(part: number): string {
  return `#${(part * GREY_STEP).toString(16).padStart(2, '0').repeat(3)}`
}

function withoutAlpha(pixels: Uint8Array): Uint8Array {
  const image = new Uint8Array((pixels.length / 4) * 3)
  for (let from = 0, to = 0; from < pixels.length; from += 4) {
    image[to++] = pixels[from] ?? 0
    image[to++] = pixels[from + 1] ?? 0
    image[to++] = pixels[from + 2] ?? 0
  }
  return image
}

function partsOf(pixels: Uint8Array): Uint8Array {
  const labels = new Uint8Array(pixels.length / 4)
  for (let pixel = 0; pixel < labels.length; pixel += 1) {
    const grey = pixels[pixel * 4] ?? 0
    if (grey % GREY_STEP !== 0) {
      throw new DrawingError(`a pixel of the label drawing has the grey ${grey}, a mixture of several parts`)
    }
    labels[pixel] = grey / GREY_STEP
  }
  return labels
}
