import { z } from 'zod'
import { elementCount } from '../../../onnx/shape.ts'
import { axes, bytes, checkArguments } from './arguments.ts'
import { elementBytes, readElement } from './elements.ts'
import { MachineOnly, type Names, type Reduced, Reference, type Surroundings, type Value } from './machineValue.ts'
import { NumpyArray } from './numpyArray.ts'
import { encode } from './pythonNames.ts'
import { quote } from './quote.ts'
import { contiguousStrides } from './tensorBounds.ts'
import { PickledTensor, type TorchType } from './value.ts'

/** Element type of an array: its byte order comes after it was made. */
class NumpyType extends MachineOnly {
  override readonly description = 'a numpy dtype'
  readonly type: TorchType

  constructor(type: TorchType) {
    super()
    this.type = type
  }
}

const types: ReadonlyMap<string, TorchType> = new Map([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  ['i8', 'int64'],
  ['i4', 'int32'],
  ['i2', 'int16'],
  ['i1', 'int8'],
  ['u1', 'uint8'],
  ['b1', 'bool'],
])

const ndarray = new Reference('numpy.ndarray')
const flag = z.union([z.boolean(), z.literal(0), z.literal(1)])
/** Bytes; text in files of Python 2. */
const content = z.union([bytes, z.string()])

const theArrayType = z.custom<Reference>((value) => value === ndarray, 'expected numpy.ndarray')
const typeArguments = z.tuple([z.string(), flag, flag])
/** Version, byte order, then what only records and texts have. */
const typeState = z.tuple(
  [z.union([z.literal(3), z.literal(4)]), z.enum(['<', '|', '=']), z.null(), z.null(), z.null()],
  z.unknown(),
)
const scalarArguments = z.tuple([z.instanceof(NumpyType), content])
const reconstructArguments = z.tuple([theArrayType, z.tuple([z.literal(0)]), content])
const frombufferArguments = z.tuple([bytes, z.instanceof(NumpyType), axes, z.enum(['C', 'F'])])
/** Version, shape, type, order, content. */
const arrayState = z.tuple([z.literal(1), axes, z.instanceof(NumpyType), z.boolean(), content])

/** Scalars and arrays of numbers. numpy 2 renamed its modules. */
export const numpyNames: Names = new Map(
  [
    ndarray,
    new Reference('numpy.dtype', makeType),
    ...['numpy.core', 'numpy._core'].flatMap((module) => [
      new Reference(`${module}.multiarray.scalar`, makeScalar),
      new Reference(`${module}.multiarray._reconstruct`, makeArray),
      new Reference(`${module}.numeric._frombuffer`, (args, around) => {
        const [data, { type }, shape, order] = checkArguments(frombufferArguments, args, 'numpy _frombuffer', around)
        return { value: viewArray(type, shape, order === 'F', data, around) }
      }),
    ]),
  ].map((reference) => [reference.name, reference]),
)

function makeType(args: readonly Value[], around: Surroundings): Reduced {
  const [code] = checkArguments(typeArguments, args, 'numpy.dtype', around)
  const type = types.get(code)
  if (type === undefined) throw around.fail(`numpy values of type ${quote(code)} cannot be read`)
  const value = new NumpyType(type)
  return {
    value,
    build: (given, later) => {
      checkArguments(typeState, given, 'numpy.dtype (of little-endian numbers)', later)
      return value
    },
  }
}

function makeScalar(args: readonly Value[], around: Surroundings): Reduced {
  const [{ type }, given] = checkArguments(scalarArguments, args, 'a numpy scalar', around)
  if (given.length !== elementBytes[type]) throw around.fail(`a numpy ${type} has ${given.length} bytes: damaged`)
  return { value: readElement(type, typeof given === 'string' ? encode(given, around) : given) }
}

function makeArray(args: readonly Value[], around: Surroundings): Reduced {
  checkArguments(reconstructArguments, args, 'numpy _reconstruct', around)
  const value = new NumpyArray()
  return {
    value,
    build: (given, later) => {
      const [, shape, { type }, fortran, data] = checkArguments(arrayState, given, 'a numpy array', later)
      value.tensor = viewArray(type, shape, fortran, typeof data === 'string' ? encode(data, later) : data, later)
      return value.tensor
    },
  }
}

/** `fortran`: the first axis is the one whose elements are neighbours. */
function viewArray(
  type: TorchType,
  shape: readonly number[],
  fortran: boolean,
  storage: Uint8Array,
  { fail }: Surroundings,
): PickledTensor {
  const count = elementCount(shape)
  if (count * elementBytes[type] !== storage.length)
    throw fail(`a numpy array of shape [${shape}] and type ${type} has ${storage.length} bytes: damaged`)
  return new PickledTensor({ type, storage, offset: 0, shape, strides: contiguousStrides(shape, fortran) })
}
