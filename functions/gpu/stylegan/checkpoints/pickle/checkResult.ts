import { CheckpointError } from '../errors.ts'
import type { PickleLimits } from './limits.ts'
import { isDict, isSequence } from './machineValue.ts'
import { tensorExtent } from './tensorBounds.ts'
import { PickledObject, PickledTensor, type PickleValue } from './value.ts'

/** A container while its elements are looked at. */
interface Open {
  readonly container: object
  readonly elements: Iterator<PickleValue>
  size: number
  height: number
}

interface Measured {
  /** Values, itself included. */
  readonly size: number
  /** Levels of containers, itself included. */
  readonly height: number
}

/**
 * Makes sure that one can walk through a value, even by recursion and without remembering where one was: no container
 * holds itself, levels and values are limited, and every tensor lies within its storage.
 *
 * @throws {CheckpointError} where that is not so
 */
export function checkResult(value: PickleValue, { depth, values }: PickleLimits): void {
  const measured = new Map<object, Measured>()
  const inside = new Set<object>()
  const open: Open[] = []
  // Gives the measure of what needs no look inside, and opens what does.
  const enter = (element: PickleValue): Measured | undefined => {
    if (element instanceof PickledTensor) tensorExtent(element)
    const elements = elementsOf(element)
    if (elements === undefined || typeof element !== 'object' || element === null) return { size: 1, height: 0 }
    if (inside.has(element))
      throw new CheckpointError('the pickle holds a container that contains itself: it is refused')
    const known = measured.get(element)
    if (known !== undefined) return known
    if (open.length >= depth) throw tooDeep(depth)
    inside.add(element)
    open.push({ container: element, elements, size: 1, height: 1 })
    return undefined
  }
  const add = (to: Open | undefined, { size, height }: Measured): void => {
    if (to === undefined) return
    to.size += size
    to.height = Math.max(to.height, height + 1)
    if (open.length + height > depth) throw tooDeep(depth)
    if (to.size > values)
      throw new CheckpointError(
        `the pickle unfolds to more than ${values} values: it is made to exhaust memory or time`,
      )
  }
  enter(value)
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.elements.next()
    if (next.done !== true) {
      const measure = enter(next.value)
      if (measure !== undefined) add(top, measure)
      continue
    }
    open.pop()
    inside.delete(top.container)
    measured.set(top.container, top)
    add(open.at(-1), top)
  }
}

function elementsOf(value: PickleValue): Iterator<PickleValue> | undefined {
  if (isSequence(value)) return value.values()
  // Keys are numbers and texts.
  if (isDict(value)) return value.values()
  if (value instanceof PickledObject) return [value.state].values()
  return undefined
}

function tooDeep(depth: number): CheckpointError {
  return new CheckpointError(`the pickle nests containers more than ${depth} levels deep: it is damaged or hostile`)
}
