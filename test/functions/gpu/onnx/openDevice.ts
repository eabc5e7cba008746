/** A program for tests: loads a model on the device that its argument names, and prints what came of it as JSON. */

import { DeviceChoice } from '../../../../functions/gpu/onnx/device.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { add } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'

const engine = openEngine({ device: DeviceChoice.exclude(['auto']).parse(process.argv[2]) })
const { bytes } = buildModel({ name: 'test', outputs: { y: add(input('x', 'float32', [3]), 1) } })
const outcome = await engine.load(bytes).then(
  () => ({ name: 'works', message: '' }),
  ({ name, message }: Error) => ({ name, message }),
)
await engine.close()
console.log(JSON.stringify(outcome))
