import type { Node, Scope, Tensor } from './tensor.ts'

/** What a node reads: its inputs, and for a loop also what its body captures from outside. */
export function dependencies(node: Node): readonly Tensor[] {
  if (node.kind === 'operator') return node.inputs
  if (node.kind === 'scan') return [...node.inputs, ...node.bodyOutputs]
  return []
}

/**
 * Every node that the given tensors depend on, each after all that it reads itself. Iterative, because deep graphs
 * would overflow the call stack.
 */
export function inOrder(roots: readonly Tensor[]): readonly Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack: { node: Node; next: number; reads: readonly Tensor[] }[] = []
  const push = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, next: 0, reads: dependencies(node) })
  }
  for (const root of roots) {
    push(root.node)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const read = top.reads[top.next++]
      if (read !== undefined) push(read.node)
      else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}

/**
 * For every node the loops whose iteration its value depends on. A node without any can be computed once, outside all
 * loops, even if it was written inside one.
 */
export function scopesOf(order: readonly Node[]): ReadonlyMap<Node, ReadonlySet<Scope>> {
  const scopes = new Map<Node, ReadonlySet<Scope>>()
  for (const node of order) {
    const own = new Set<Scope>()
    if (node.kind === 'input' && node.scope !== undefined) own.add(node.scope)
    for (const read of dependencies(node)) for (const scope of scopes.get(read.node) ?? []) own.add(scope)
    if (node.kind === 'scan') own.delete(node.scope)
    scopes.set(node, own)
  }
  return scopes
}
