import { z } from 'zod'
import { checkArguments, dict } from './arguments.ts'
import { addItems, makeDict } from './dicts.ts'
import { type Names, type Reduced, Reference, type Surroundings, type Value } from './machineValue.ts'
import { PickledObject, type PickleValue } from './value.ts'

const NAMESPACE = 'argparse.Namespace'
const PERSISTENT = 'torch_utils.persistence._reconstruct_persistent_obj'

const noArguments = z.tuple([])
const oneDict = z.tuple([dict])

/** What is left of an object is the name of its class, and its attributes. */
export const objectNames: Names = new Map([
  [NAMESPACE, new Reference(NAMESPACE, makeNamespace)],
  [PERSISTENT, new Reference(PERSISTENT, makePersistentObject)],
])

function makeNamespace(args: readonly Value[], around: Surroundings): Reduced {
  checkArguments(noArguments, args, NAMESPACE, around)
  const attributes = makeDict([], around)
  const value = new PickledObject(NAMESPACE, attributes)
  return {
    value,
    build: (state, later) => {
      addItems(attributes, state, later)
      return value
    },
  }
}

/** NVIDIA's objects carry their class as source text (`module_src`), which is neither looked at nor kept. */
const Description = z.object({
  type: z.literal('class'),
  class_name: z.string().min(1).max(200),
  state: dict.nullable(),
})

function makePersistentObject(args: readonly Value[], around: Surroundings): Reduced {
  const [given] = checkArguments(oneDict, args, PERSISTENT, around)
  const fields = { type: given.get('type'), class_name: given.get('class_name'), state: given.get('state') }
  const { class_name, state } = checkArguments(Description, fields, PERSISTENT, around)
  return { value: new PickledObject(class_name, state ?? new Map<PickleValue, PickleValue>()) }
}
