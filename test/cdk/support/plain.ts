/** Resolved values of a template as one text: what is only known later stands in angle brackets, without hashes. */
export function plain(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(plain).join(', ')
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('Ref' in value) return `<${named(plain(value.Ref))}>`
  if ('Fn::Sub' in value) return plain(value['Fn::Sub']).replaceAll(/\$\{(.*?)\}/g, '<$1>')
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) {
    const [resource, attribute]: readonly unknown[] = value['Fn::GetAtt']
    return attribute === 'Arn' ? `<${named(plain(resource))}>` : `<${named(plain(resource))}.${attribute}>`
  }
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [delimiter, items]: readonly unknown[] = value['Fn::Join']
    if (Array.isArray(items)) return items.map(plain).join(String(delimiter))
  }
  return JSON.stringify(value)
}

/** A logical id without the hash at its end. */
export const named = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '')
