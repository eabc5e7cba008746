/** A piece of a drawing's SVG that belongs to one part. Pieces may end in the middle of a group: joined, they are whole. */
export interface Layer {
  readonly svg: string
  /** Id of the part. */
  readonly part: number
}

/** A drawing is not built as this code expects, so its labels would be wrong. */
export class DrawingError extends Error {
  override readonly name = 'DrawingError'
}

type Token = { readonly text: string; readonly kind: 'open' | 'close' | 'other' }

/**
 * Cuts a drawing where the groups of its components begin and end.
 *
 * @param svg - what lies inside the svg element
 * @param groups - part ids by opening tag of their group; what lies outside of these groups, or in a group within,
 *   has the part of what is around it
 * @param outermost - the part of what is in none of the groups
 * @throws {DrawingError} when one of the groups is not there exactly once, or groups are not closed
 */
export function cutLayers(svg: string, groups: ReadonlyMap<string, number>, outermost: number): Layer[] {
  const layers: Layer[] = []
  const found = new Set<string>()
  const enclosing = [outermost]
  for (const { text, kind } of tokens(svg)) {
    const around = enclosing.at(-1)
    if (around === undefined) throw new DrawingError('the drawing closes a group that it did not open')
    const own = kind === 'open' ? groups.get(text) : undefined
    if (own !== undefined) {
      if (found.has(text)) throw new DrawingError(`the drawing has the group ${text} twice; its part cannot be told`)
      found.add(text)
    }
    const part = own ?? around
    layers.push({ svg: text, part })
    if (kind === 'open') enclosing.push(part)
    if (kind === 'close') enclosing.pop()
  }
  const missing = [...groups.keys()].filter((group) => !found.has(group))
  if (missing.length > 0) {
    throw new DrawingError(
      `the drawing lacks ${missing.join(', ')}: another version of @dicebear/collection may build it differently`,
    )
  }
  if (enclosing.length !== 1) throw new DrawingError(`the drawing leaves ${enclosing.length - 1} groups open`)
  return joinNeighbours(layers)
}

/** The group tags of an SVG, and the text between them. */
function* tokens(svg: string): Generator<Token> {
  let end = 0
  for (const match of svg.matchAll(/<(\/?)g(?:\s[^>]*)?>/g)) {
    const [text, closing] = match
    if (match.index > end) yield { text: svg.slice(end, match.index), kind: 'other' }
    yield { text, kind: closing === '/' ? 'close' : text.endsWith('/>') ? 'other' : 'open' }
    end = match.index + text.length
  }
  if (end < svg.length) yield { text: svg.slice(end), kind: 'other' }
}

function joinNeighbours(layers: readonly Layer[]): Layer[] {
  const joined: Layer[] = []
  for (const layer of layers) {
    const last = joined.at(-1)
    if (last?.part === layer.part) joined[joined.length - 1] = { svg: last.svg + layer.svg, part: layer.part }
    else joined.push(layer)
  }
  return joined
}

/**
 * A layer in one opaque colour: fills, strokes and gradients take it, transparency and blending go. Masks stay as they
 * are, since their colours say what is cut away.
 *
 * @param colour - as SVG writes it
 */
export function paintLayer(svg: string, colour: string): string {
  return svg
    .split(/(<mask[\s\S]*?<\/mask>)/)
    .map((piece) => (piece.startsWith('<mask') ? piece : paintPiece(piece, colour)))
    .join('')
}

function paintPiece(svg: string, colour: string): string {
  return svg
    .replace(/(fill|stroke)="(?!none")[^"]*"/g, `$1="${colour}"`)
    .replace(/ (?:fill-|stroke-)?opacity="[^"]*"/g, '')
    .replace(/ style="mix-blend-mode:[^"]*"/g, '')
}
