import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import { acknowledgeWildcards } from './acknowledge.ts'

/** Something that a role may do. */
export interface Permission {
  readonly actions: readonly string[]
  /** ARNs; those that hold a `*` need a reason. */
  readonly resources: readonly string[]
  /** Why no names stand there. */
  readonly wildcard?: string
}

/** Lets a role do exactly this. Actions are written out: what constructs grant by themselves is more than their names say. */
export function permit(role: Role, permissions: readonly Permission[]): void {
  for (const { actions, resources, wildcard } of permissions) {
    role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }))
    if (wildcard !== undefined) acknowledgeWildcards(role, resources, wildcard)
  }
}
