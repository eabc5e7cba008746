/** What the roles of the template allow. */
import { z } from 'zod'
import type { AwsAction } from './awsCalls.ts'
import type { Deployment } from './deployment.ts'
import type { Template } from './template.ts'

export interface Policies {
  /** Whether a role may do this. @param role the beginning of its id */
  allow(role: string, action: Pick<AwsAction, 'action' | 'resource'>): boolean
}

const OneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())
const Roles = z.array(z.object({ Ref: z.string() }))
const Statement = z.object({ Effect: z.literal('Allow'), Action: OneOrMore, Resource: z.unknown() })
const Document = z.object({ Statement: z.array(Statement) })

export function readPolicies(template: Template, deployment: Pick<Deployment, 'resolve'>): Policies {
  const policies = template.all('AWS::IAM::Policy').map(({ properties }) => ({
    roles: Roles.parse(properties.Roles).map(({ Ref }) => Ref),
    statements: Document.parse(properties.PolicyDocument).Statement,
  }))
  return {
    allow: (role, { action, resource }) =>
      policies
        .filter(({ roles }) => roles.some((id) => id.startsWith(role)))
        .flatMap(({ statements }) => statements)
        .some(
          ({ Action, Resource }) =>
            Action.includes(action) &&
            // Calls that name their resource in a body have one: the queue, the state machine, the secret.
            (resource === undefined ||
              OneOrMore.parse(deployment.resolve(Resource)).some((pattern) => matches(pattern, resource))),
        ),
  }
}

/** In a policy a `*` stands for anything, slashes too. */
function matches(pattern: string, resource: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return resource === pattern
  if (!resource.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = resource.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return resource.endsWith(last) && resource.length - last.length >= at
}
