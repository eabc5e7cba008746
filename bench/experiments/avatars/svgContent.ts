import { DrawingError } from './layers.ts'

/** What DiceBear draws, without the svg element around it and the licence before it. */
export function svgContent(svg: string): string {
  const content = /^<svg[^>]*>(?:<metadata[\s\S]*?<\/metadata>)?([\s\S]*)<\/svg>$/.exec(svg)?.[1]
  if (content === undefined) throw new DrawingError('the drawing is not one svg element')
  return content
}
