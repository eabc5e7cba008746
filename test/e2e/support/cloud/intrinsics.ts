/** CloudFormation's functions, as far as the template uses them. */
import { z } from 'zod'

const Named = z.tuple([z.string(), z.string()])
const Joined = z.tuple([z.string(), z.array(z.unknown())])
const Selected = z.tuple([z.coerce.number(), z.unknown()])
const Split = z.tuple([z.string(), z.unknown()])

/**
 * A value of a template as it is after the deployment.
 * @param lookUp what a reference (`Bucket`) or an attribute (`Function.Arn`) stands for
 * @throws for functions that are not known here
 */
export function resolve(value: unknown, lookUp: (reference: string) => string): unknown {
  const inner = (item: unknown): unknown => resolve(item, lookUp)
  if (Array.isArray(value)) return value.map(inner)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [[name, argument] = ['', undefined]] = entries
  if (entries.length === 1 && name === 'Ref') return lookUp(z.string().parse(argument))
  if (entries.length === 1 && name.startsWith('Fn::')) return call(name, argument, inner, lookUp)
  return Object.fromEntries(entries.map(([key, item]) => [key, inner(item)]))
}

function call(
  name: string,
  argument: unknown,
  inner: (value: unknown) => unknown,
  lookUp: (reference: string) => string,
): unknown {
  if (name === 'Fn::GetAtt') return lookUp(Named.parse(argument).join('.'))
  if (name === 'Fn::Join') {
    const [delimiter, items] = Joined.parse(argument)
    return items.map((item) => String(inner(item))).join(delimiter)
  }
  if (name === 'Fn::Select') {
    const [index, items] = Selected.parse(argument)
    return z.array(z.unknown()).parse(inner(items))[index]
  }
  if (name === 'Fn::Split') {
    const [delimiter, text] = Split.parse(argument)
    return String(inner(text)).split(delimiter)
  }
  throw new Error(`${name} is not known here`)
}
