import { MachineOnly } from './machineValue.ts'
import type { PickledTensor } from './value.ts'

/** An array between the instruction that makes it and the one that fills it. */
export class NumpyArray extends MachineOnly {
  override readonly description = 'a numpy array without content'
  tensor: PickledTensor | undefined
}
