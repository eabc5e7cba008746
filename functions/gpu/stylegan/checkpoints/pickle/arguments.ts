import { z } from 'zod'
import { ArgumentTuple, isDict, isSequence, type Surroundings } from './machineValue.ts'
import { MAX_RANK } from './tensorBounds.ts'
import type { PickleValue } from './value.ts'

const LONGEST_COMPLAINT = 300

export const whole = z.number().int().nonnegative()
/** The lengths, or the strides, of a tensor's axes. */
export const axes = z.array(z.unknown()).max(MAX_RANK).pipe(z.array(whole))
export const dict = z.custom<ReadonlyMap<PickleValue, PickleValue>>(isDict, 'expected a dict')
export const emptyDict = dict.refine((value) => value.size === 0, 'expected an empty dict')
export const sequence = z.custom<readonly PickleValue[]>(isSequence, 'expected a list or a tuple')
export const bytes = z.instanceof(Uint8Array)

/** @throws {CheckpointError} where the arguments of a reduction are none that its own library writes */
export function checkArguments<Schema extends z.ZodType>(
  schema: Schema,
  args: unknown,
  name: string,
  { fail }: Pick<Surroundings, 'fail'>,
): z.output<Schema> {
  const result = schema.safeParse(args instanceof ArgumentTuple ? args.items : args)
  if (result.success) return result.data
  const reasons = z.prettifyError(result.error).replaceAll('\n', ' ').slice(0, LONGEST_COMPLAINT)
  throw fail(`${name} does not get what it needs: ${reasons}`)
}
