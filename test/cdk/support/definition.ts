import type { Template } from 'aws-cdk-lib/assertions'
import { z } from 'zod'
import { plain } from './plain.ts'

const State = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Resource: z.string().optional(),
  Parameters: z.looseObject({}).optional(),
  Catch: z.array(z.unknown()).optional(),
  Retry: z.array(z.looseObject({ ErrorEquals: z.array(z.string()) })).optional(),
})
const Definition = z.object({
  StartAt: z.string(),
  TimeoutSeconds: z.number(),
  States: z.record(z.string(), State),
})
export type State = z.infer<typeof State>

/** The state machine as Step Functions gets it; names of resources stand in angle brackets. */
export function definitionOf(template: Template): z.infer<typeof Definition> {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'))
  return Definition.parse(JSON.parse(plain(machine?.Properties.DefinitionString)))
}
