import { dictNames } from './dicts.ts'
import type { Fail } from './machineState.ts'
import type { Names, Reference } from './machineValue.ts'
import { numpyNames } from './numpyNames.ts'
import { objectNames } from './objects.ts'
import { pythonNames } from './pythonNames.ts'
import { quote } from './quote.ts'
import { torchNames } from './torchNames.ts'
import type { PickleValue } from './value.ts'

const names: Names = new Map([...pythonNames, ...dictNames, ...objectNames, ...numpyNames, ...torchNames])

/** How pickles of StyleGAN1 and of TensorFlow's StyleGAN2 call their networks. */
const TENSORFLOW = /^(dnnlib\.tflib\b|tfutil\b)/

/**
 * What a name in a pickle stands for. A name is never imported, evaluated, or searched for anywhere but in this list.
 *
 * @throws {CheckpointError} for every name that weights have no need of
 */
export function lookUpName(module: string, name: string, fail: Fail): PickleValue | Reference {
  const full = `${module}.${name}`
  const known = names.get(full)
  if (known !== undefined) return known
  if (TENSORFLOW.test(full))
    throw fail(
      `the pickle holds a TensorFlow network (${quote(full)}), as StyleGAN1 and the first StyleGAN2 wrote it: these are ` +
        "not supported. Convert it with legacy.py of NVIDIA's stylegan2-ada-pytorch, or use the PyTorch pickle. Nothing " +
        'in the file was run',
    )
  throw fail(
    `the pickle names ${quote(full)}, which is not among the names that weights need: the file is refused, and nothing ` +
      'in it was run. If it holds a whole model, save its state_dict() instead',
  )
}
