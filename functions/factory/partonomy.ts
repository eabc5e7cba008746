import type { LabelList, Part } from '../../schemas/labels.ts'

/** A step of a part name's path, with everything below it: `person` → `face` → `eyes`. */
export interface PartonomyNode {
  /** The last step of the path: `eyes`. */
  readonly name: string
  /** The whole path: `person/face/eyes`. */
  readonly path: string
  /** The part of exactly this path; null where the step only groups other parts. */
  readonly part: Part | null
  /** Ids of the parts at and below this node, ascending. */
  readonly partIds: readonly number[]
  /** In the order in which the label list first names them. */
  readonly children: readonly PartonomyNode[]
}

/** A label list at a level of the partonomy, and the way there. */
export interface MergedLabelList {
  readonly labelList: LabelList
  /** `mapping[old id]` is the new id; as long as the old list. */
  readonly mapping: Uint8Array
}

/** The partonomy cannot do what was asked: the message says what, with which value, and what to do. */
export class PartonomyError extends Error {
  override readonly name = 'PartonomyError'
}

const steps = (name: string): string[] => name.split('/')

/**
 * The tree that part names form. A path that is no part of its own (`person` in `person/face`, `person/hair`) becomes a
 * grouping node; a path that is both (`head`, with `head/ear` below it) keeps its part and has children.
 * @returns the roots, in the order in which the list first names them
 */
export function partonomyTree(labelList: LabelList): readonly PartonomyNode[] {
  return nodesBelow(labelList.parts, '')
}

function nodesBelow(parts: readonly Part[], prefix: string): readonly PartonomyNode[] {
  const depth = prefix === '' ? 0 : steps(prefix).length
  const groups = new Map<string, Part[]>()
  for (const part of parts) {
    const path = steps(part.name)
      .slice(0, depth + 1)
      .join('/')
    // The part that is the prefix itself belongs to the node above.
    if (path === prefix) continue
    groups.set(path, [...(groups.get(path) ?? []), part])
  }
  return [...groups].map(([path, members]) => ({
    name: path.slice(prefix === '' ? 0 : prefix.length + 1),
    path,
    part: members.find((part) => part.name === path) ?? null,
    partIds: members.map((part) => part.id).sort((a, b) => a - b),
    children: nodesBelow(members, path),
  }))
}

/**
 * The node of a path.
 * @throws {PartonomyError} where no part has this path and none lies below it
 */
export function findNode(tree: readonly PartonomyNode[], path: string): PartonomyNode {
  let nodes = tree
  for (;;) {
    const node = nodes.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`))
    if (node === undefined) {
      const known = nodes.map((candidate) => candidate.path).join(', ') || 'nothing'
      throw new PartonomyError(`the partonomy has no ${path}; at that place it has ${known}`)
    }
    if (node.path === path) return node
    nodes = node.children
  }
}

/** The number of levels: the steps of the longest part name. Merging at this level, or deeper, changes nothing. */
export function partonomyDepth(labelList: LabelList): number {
  return Math.max(...labelList.parts.map((part) => steps(part.name).length))
}

/**
 * Merges the parts that agree in the first `level` steps of their path: level 1 makes `person/face/eyes` and
 * `person/hair` one part `person`. New ids follow the order in which the list first names the merged parts.
 *
 * Part 0, the background, keeps its id and its whole name whatever the level; a part merges into it only where the
 * shortened name is the background's. A merged part takes the colour of the part that has its path, or else of its first
 * part: colours that were distinct stay distinct.
 * @param level path steps to keep, from 1
 * @throws {PartonomyError} on a level that is no whole number from 1, or at which nothing but the background is left
 */
export function mergeAtLevel(labelList: LabelList, level: number): MergedLabelList {
  if (!Number.isInteger(level) || level < 1) {
    throw new PartonomyError(`a partonomy level counts path steps from 1, not ${level}`)
  }
  const colorOfPath = new Map(labelList.parts.map((part) => [part.name, part.color]))
  const merged = new Map<string, Part>()
  const mapping = new Uint8Array(labelList.parts.length)
  for (const part of labelList.parts) {
    const name = part.id === 0 ? part.name : steps(part.name).slice(0, level).join('/')
    const known = merged.get(name)
    const target = known ?? { id: merged.size, name, color: colorOfPath.get(name) ?? part.color }
    if (known === undefined) merged.set(name, target)
    mapping[part.id] = target.id
  }
  if (merged.size < 2) {
    throw new PartonomyError(
      `at level ${level} every part merges into ${labelList.parts[0]?.name}; choose a level up to ${partonomyDepth(labelList)}`,
    )
  }
  return { labelList: { ...labelList, parts: [...merged.values()] }, mapping }
}
