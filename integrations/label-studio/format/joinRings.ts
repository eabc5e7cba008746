import type { Ring } from '../../datasets/outline.ts'

/** A ring with the pieces' outer ring that it belongs to, and the rings that are joined to it on its way. */
interface Node {
  readonly ring: Ring
  readonly outer: Ring
  /** By the number of the edge, which is that of its first corner. */
  readonly joined: Map<number, Node[]>
}

/** A ring's corner by its number, counted around the ring. */
function cornerAt({ points }: Ring, corner: number): readonly [number, number] {
  const index = (corner * 2) % points.length
  return [points[index] ?? 0, points[index + 1] ?? 0]
}

/**
 * Makes one closed line of each piece's outer ring and its holes, but for those that need not stay free. From a hole's
 * leftmost corner a level line goes left to the nearest edge of the same piece, and is walked there and back.
 *
 * @param rings all rings of one part, as `traceOutlines` gives them
 * @param width of the label map
 * @param dropped holes that the line may cover
 */
export function joinRings(
  rings: readonly Ring[],
  width: number,
  dropped: ReadonlySet<Ring>,
): { readonly points: number[]; readonly outer: Ring }[] {
  const nodes = rings.flatMap((ring) => (ring.hole ? [] : [{ ring, outer: ring, joined: new Map<number, Node[]>() }]))
  const holes = rings
    .flatMap((ring) => (ring.hole ? [{ ring, corner: leftmostCorner(ring) }] : []))
    // An edge at a hole's left hand belongs to the outer ring or to a hole that begins further left: those come first.
    .sort((first, second) => cornerAt(first.ring, first.corner)[0] - cornerAt(second.ring, second.corner)[0])
  if (holes.length > 0) {
    const edges = new Map<number, { readonly node: Node; readonly edge: number }>()
    for (const node of nodes) addEdges(edges, node, width)
    for (const { ring, corner } of holes) {
      const [left, top] = cornerAt(ring, corner)
      const bordering = nearestEdge(edges, left, top, width, () => true)
      const node = { ring, outer: bordering.node.outer, joined: new Map<number, Node[]>() }
      addEdges(edges, node, width)
      if (dropped.has(ring)) continue
      const { node: target, edge } = nearestEdge(
        edges,
        left,
        top,
        width,
        (other) => other.outer === node.outer && !dropped.has(other.ring),
      )
      target.joined.set(edge, [...(target.joined.get(edge) ?? []), node])
    }
  }
  return nodes.map((node) => {
    const points: number[] = []
    walk(node, 0, points)
    return { points, outer: node.ring }
  })
}

/** Of the corners furthest left the uppermost: at its right hand, below, lies the hole's inside. */
function leftmostCorner(ring: Ring): number {
  let best = 0
  for (let corner = 1; corner < ring.points.length / 2; corner += 1) {
    const [x, y] = cornerAt(ring, corner)
    const [bestX, bestY] = cornerAt(ring, best)
    if (x < bestX || (x === bestX && y < bestY)) best = corner
  }
  return best
}

/** Notes a ring's upright edges under each pixel row that they pass. */
function addEdges(edges: Map<number, { readonly node: Node; readonly edge: number }>, node: Node, width: number): void {
  for (let edge = 0; edge < node.ring.points.length / 2; edge += 1) {
    const [x, y] = cornerAt(node.ring, edge)
    const [nextX, nextY] = cornerAt(node.ring, edge + 1)
    if (x !== nextX) continue
    for (let row = Math.min(y, nextY); row < Math.max(y, nextY); row += 1)
      edges.set(row * (width + 1) + x, { node, edge })
  }
}

/** The first edge left of a corner, in the row below it, of a ring that may be joined. */
function nearestEdge(
  edges: ReadonlyMap<number, { readonly node: Node; readonly edge: number }>,
  left: number,
  row: number,
  width: number,
  wanted: (node: Node) => boolean,
): { readonly node: Node; readonly edge: number } {
  for (let x = left - 1; x >= 0; x -= 1) {
    const found = edges.get(row * (width + 1) + x)
    if (found !== undefined && wanted(found.node)) return found
  }
  throw new RangeError(`The hole at x ${left}, y ${row} lies in no outline.`)
}

/** Appends a ring's corners, beginning at one of them, and on the way the rings that are joined to its edges. */
function walk({ ring, joined }: Node, first: number, points: number[]): void {
  const corners = ring.points.length / 2
  for (let step = 0; step < corners; step += 1) {
    const edge = (first + step) % corners
    const [x, y] = cornerAt(ring, edge)
    append(points, x, y)
    const [, nextY] = cornerAt(ring, edge + 1)
    const along = (joined.get(edge) ?? []).map((node) => {
      const corner = leftmostCorner(node.ring)
      const [left, top] = cornerAt(node.ring, corner)
      return { node, corner, left, top }
    })
    along.sort((before, after) => (nextY > y ? before.top - after.top : after.top - before.top))
    for (const { node, corner, left, top } of along) {
      append(points, x, top)
      walk(node, corner, points)
      append(points, left, top)
      append(points, x, top)
    }
  }
}

/** Appends a corner, but not the same one twice in a row. */
function append(points: number[], x: number, y: number): void {
  if (points.at(-2) !== x || points.at(-1) !== y) points.push(x, y)
}
