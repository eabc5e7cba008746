import { Stack, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** Findings of cdk-nag that are meant to be, on a construct and what is in it, with the reason for each. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons))
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${id}`, reason })
}

/**
 * Resources in the policies of a construct that hold a `*`. The finding of each bears its ARN, as the template will have it.
 * @param resources ARNs, with tokens
 */
export function acknowledgeWildcards(construct: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources)
    acknowledge(construct, { [`IAM5[Resource::${flat(Stack.of(construct).resolve(resource))}]`]: reason })
}

/** What construct libraries grant: managed policies of AWS, by name. */
export function acknowledgeManagedPolicy(construct: IConstruct, name: string, reason: string): void {
  acknowledge(construct, { [`IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`]: reason })
}

/** A resolved value as cdk-nag writes it: references in angle brackets. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('Ref' in value) return `<${flat(value.Ref)}>`
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].map(flat).join('.')}>`
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [delimiter, items]: readonly unknown[] = value['Fn::Join']
    if (Array.isArray(items)) return items.map(flat).join(String(delimiter))
  }
  return JSON.stringify(value)
}
