/** What gradient rules read back from the node that they differentiate. */
import { type Attribute, type Attributes, GraphError, type Tensor } from './tensor.ts'

/** @throws GraphError where the node has no such attribute, or one of another kind */
export function intOf(attributes: Attributes, name: string): number {
  return attributeOf(attributes, name, (attribute) => ('int' in attribute ? attribute.int : undefined))
}

/** @throws GraphError where the node has no such attribute, or one of another kind */
export function intsOf(attributes: Attributes, name: string): readonly number[] {
  return attributeOf(attributes, name, (attribute) => ('ints' in attribute ? attribute.ints : undefined))
}

/** @throws GraphError where the node has no such attribute, or one of another kind */
export function floatOf(attributes: Attributes, name: string): number {
  return attributeOf(attributes, name, (attribute) => ('float' in attribute ? attribute.float : undefined))
}

function attributeOf<Value>(
  attributes: Attributes,
  name: string,
  read: (attribute: Attribute) => Value | undefined,
): Value {
  const attribute = attributes[name]
  const value = attribute && read(attribute)
  if (value === undefined) throw new GraphError(`an operator lost its attribute ${name}`)
  return value
}

/**
 * The elements of an input that was given as a constant: axes, amounts.
 * @throws GraphError where it was not
 */
export function numbersOf(tensor: Tensor): readonly number[] {
  if (tensor.node.kind !== 'constant') throw new GraphError('this gradient needs its axes and amounts as constants')
  return Array.from(tensor.node.data, Number)
}
