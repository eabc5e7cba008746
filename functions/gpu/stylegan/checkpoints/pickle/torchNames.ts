import { z } from 'zod'
import { axes, bytes, checkArguments, dict, emptyDict, whole } from './arguments.ts'
import { type Names, type Reduced, Reference, type Surroundings, type Value } from './machineValue.ts'
import { storageTypes } from './storages.ts'
import { PickledTensor, type PickleValue } from './value.ts'

const dtypes = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool']

const loadArguments = z.tuple([bytes])
const sizeArguments = z.tuple([axes])
const deviceArguments = z.union([z.tuple([z.string()]), z.tuple([z.string(), whole])])

const reductions = [
  new Reference('torch._utils._rebuild_tensor_v2', rebuildTensor),
  new Reference('torch._utils._rebuild_parameter', (args, around) => rebuildParameter(parameter, args, around)),
  new Reference('torch._utils._rebuild_parameter_with_state', (args, around) =>
    rebuildParameter(parameterWithState, args, around),
  ),
  new Reference('torch.storage._load_from_bytes', (args, around) => {
    const [file] = checkArguments(loadArguments, args, 'torch.storage._load_from_bytes', around)
    return { value: around.loadTorch(file) }
  }),
  new Reference('torch.Size', (args, around) => {
    const [shape] = checkArguments(sizeArguments, args, 'torch.Size', around)
    return { value: Object.freeze(shape) }
  }),
  new Reference('torch.device', (args, around) => {
    return { value: checkArguments(deviceArguments, args, 'torch.device', around).join(':') }
  }),
]

/** Tensors and what belongs to them. A dtype is read as its name, a device as `cuda:0`. */
export const torchNames: Names = new Map<string, PickleValue | Reference>([
  ...dtypes.map((type): [string, string] => [`torch.${type}`, `torch.${type}`]),
  ...[...storageTypes, ...reductions].map((reference): [string, Reference] => [reference.name, reference]),
])

/** Storage, offset, shape, strides, requires_grad, hooks, and in newer files what else is to be known. */
const layout = [z.instanceof(PickledTensor), whole, axes, axes, z.boolean(), dict] as const
const tensorArguments = z.tuple([...layout, z.union([z.null(), emptyDict]).optional()])

/** A storage is read as a tensor of one axis, so that this is a view of a view. */
function rebuildTensor(args: readonly Value[], around: Surroundings): Reduced {
  const [{ type, storage }, offset, shape, strides] = checkArguments(
    tensorArguments,
    args,
    '_rebuild_tensor_v2',
    around,
  )
  if (shape.length !== strides.length)
    throw around.fail(`a tensor has ${shape.length} axes and ${strides.length} strides: the file is damaged`)
  return { value: new PickledTensor({ type, storage, offset, shape, strides }) }
}

const parameter = z.tuple([z.instanceof(PickledTensor), z.boolean(), dict])
/** What users attached to the parameter is dropped. */
const parameterWithState = z.tuple([z.instanceof(PickledTensor), z.boolean(), dict, z.unknown()])

function rebuildParameter(
  schema: typeof parameter | typeof parameterWithState,
  args: readonly Value[],
  around: Surroundings,
): Reduced {
  const [value] = checkArguments(schema, args, 'a torch parameter', around)
  return { value }
}
