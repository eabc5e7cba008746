import { expect, test } from 'vitest'
import { constant, filled, float16Constant, integers, scalar } from '../../../../functions/gpu/onnx/constant.ts'
import * as convolutions from '../../../../functions/gpu/onnx/ops/convolution.ts'
import * as elementwise from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { gatherElements } from '../../../../functions/gpu/onnx/ops/gather.ts'
import {
  imageBatchNormInference,
  imageBatchNormTraining,
} from '../../../../functions/gpu/onnx/ops/imageNormalization.ts'
import * as layout from '../../../../functions/gpu/onnx/ops/layout.ts'
import { matmul } from '../../../../functions/gpu/onnx/ops/linear.ts'
import { pixelCrossEntropy } from '../../../../functions/gpu/onnx/ops/pixelCrossEntropy.ts'
import { averagePool, maxPool } from '../../../../functions/gpu/onnx/ops/pooling.ts'
import * as reduce from '../../../../functions/gpu/onnx/ops/reduce.ts'
import { bilinearResize } from '../../../../functions/gpu/onnx/ops/resize.ts'
import { oneHot, softmax, softmaxCrossEntropy } from '../../../../functions/gpu/onnx/ops/softmax.ts'
import { type DataType, GraphError, input, type Shape, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'

const tensor = (shape: Shape, dtype: DataType = 'float32'): Tensor => input('x', dtype, shape)

const x = tensor([2, 3])
const flags = tensor([2, 3], 'bool')
const image = tensor([1, 4, 5, 5])
const kernel = tensor([2, 4, 3, 3])

const mistakes: readonly (readonly [() => unknown, string])[] = [
  [() => constant(Float32Array.of(1, 2), [3], 'w'), 'constant w has 2 elements, its shape [3] needs 3'],
  [() => scalar(0.5, 'int32'), 'int32 holds integers from -2147483648 to 2147483647, not 0.5'],
  [() => filled(256, [2], 'uint8'), 'uint8 holds integers from 0 to 255, not 256'],
  [() => scalar(2, 'bool'), 'bool holds integers from 0 to 1, not 2'],
  [() => integers([1.5]), 'int64 holds integers from -9007199254740991 to 9007199254740991, not 1.5'],
  [() => scalar(-65520, 'float16'), 'float16 holds numbers up to 65504, not -65520'],
  [() => float16Constant(Float32Array.of(1, 1e6)), 'float16 holds numbers up to 65504, not 1000000'],

  [() => elementwise.add(x, tensor([2, 2])), 'Add cannot broadcast [2, 3] with [2, 2]'],
  [() => elementwise.add(x, tensor(['batch', 3])), 'Add cannot broadcast [2, 3] with [batch, 3]'],
  [() => elementwise.mul(x, tensor([3], 'int64')), 'Mul needs one element type, got float32[2, 3] and int64[3]'],
  [() => elementwise.sub(1, 2), 'Sub of two plain numbers: at least one operand must be a tensor'],
  [() => elementwise.div(flags, flags), 'Div needs numbers, got bool[2, 3]: cast it first'],
  [() => elementwise.add(tensor([2], 'int32'), 0.5), 'int32 holds integers from -2147483648 to 2147483647, not 0.5'],
  [() => elementwise.exp(tensor([2], 'int32')), 'Exp needs floating-point numbers, got int32[2]'],
  [() => elementwise.greater(flags, flags), 'Greater needs numbers, got bool[2, 3]: cast it first'],
  [() => elementwise.clamp(x, 1, 1), 'Clip needs its lower limit below its upper, got 1 and 1'],
  [() => elementwise.where(x, x, x), 'Where needs a bool condition, got float32[2, 3]'],
  [() => elementwise.where(flags, x, tensor([2])), 'Where cannot broadcast [2, 3] with [2, 3] with [2]'],

  [() => layout.reshape(x, [4]), 'Reshape cannot turn float32[2, 3] into [4]'],
  [() => layout.reshape(x, [-2, -3]), 'Reshape: lengths must be integers from 0 up, got [-2,-3]'],
  [
    () => layout.reshape(tensor(['height', 'width']), ['width', 'height', 1]),
    'Reshape cannot turn float32[height, width] into [width, height, 1]',
  ],
  [() => layout.transpose(x, [0, 0]), 'Transpose: [0,0] is no permutation of the axes of float32[2, 3]'],
  [() => layout.transpose(x, [0]), 'Transpose: [0] is no permutation of the axes of float32[2, 3]'],
  [() => layout.transposeMatrix(tensor([3])), 'a matrix has two axes, got float32[3]'],
  [() => layout.expand(x, [2, 4]), 'Expand cannot broadcast [2, 3] with [2, 4]'],
  [() => layout.expand(x, [1, 3]), 'Expand cannot turn float32[2, 3] into [1, 3]'],
  [() => layout.concat([], 0), 'Concat needs at least one tensor'],
  [() => layout.concat([x, tensor([3, 2])], 0), 'Concat along axis 0 cannot join float32[2, 3] and float32[3, 2]'],
  [() => layout.concat([x, x], 2), 'Concat: axis 2 is outside a tensor of rank 2'],
  [() => layout.slice(x, [{ axis: 1, start: 1, end: 4 }]), 'Slice 1:4:1 of axis 1 is empty or outside float32[2, 3]'],
  [() => layout.slice(x, [{ axis: 1, start: 2, end: 2 }]), 'Slice 2:2:1 of axis 1 is empty or outside float32[2, 3]'],
  [
    () => layout.slice(x, [{ axis: 1, start: 0, end: 2, step: 0 }]),
    'Slice 0:2:0 of axis 1 is empty or outside float32[2, 3]',
  ],
  [
    () => layout.slice(x, [{ axis: 1, start: 0, end: 1.5 }]),
    'Slice 0:1.5:1 of axis 1 is empty or outside float32[2, 3]',
  ],
  [
    () =>
      layout.slice(
        x,
        [1, -1].map((axis) => ({ axis, start: 0, end: 1 })),
      ),
    'Slice: axes [1,-1] name one axis twice',
  ],
  [
    () => layout.slice(tensor(['batch']), [{ axis: 0, start: 0, end: 1 }]),
    'Slice needs axis 0 known, got float32[batch]',
  ],
  [
    () => layout.pad(x, [{ axis: 0, before: -1, after: 0 }]),
    'Pad: amounts must be integers that are not negative, got [{"axis":0,"before":-1,"after":0}]',
  ],
  [() => layout.pad(x, [{ axis: 2, before: 1, after: 0 }]), 'Pad: axis 2 is outside a tensor of rank 2'],
  [
    () => layout.pad(tensor(['batch']), [{ axis: 0, before: 1, after: 0 }]),
    'Pad needs axis 0 known, got float32[batch]',
  ],
  [() => layout.gather(x, tensor([2])), 'Gather needs int32 or int64 indices, got float32[2]'],
  [() => layout.gather(x, tensor([2], 'int64'), -3), 'Gather: axis -3 is outside a tensor of rank 2'],
  [() => layout.split(x, 1, [1, 1]), 'Split: [1,1] do not add up to axis 1 of float32[2, 3]'],
  [() => layout.split(x, 1, [4, -1]), 'Split needs positive lengths, got [4,-1]'],

  [() => reduce.reduceSum(x, [0, -2]), 'ReduceSum: axes [0,-2] name one axis twice'],
  [() => reduce.reduceSum(x, [2]), 'ReduceSum: axis 2 is outside a tensor of rank 2'],
  [() => reduce.reduceSum(flags), 'ReduceSum needs numbers, got bool[2, 3]: cast it first'],
  [() => reduce.reduceMean(tensor([2], 'int64')), 'ReduceMean needs floating-point numbers, got int64[2]'],
  [() => reduce.argMax(x, 0.5), 'ArgMax: axis 0.5 is outside a tensor of rank 2'],
  [() => reduce.largest(x, 4), 'TopK: cannot take 4 of 3 values'],
  [() => reduce.largest(tensor([]), 1), 'TopK: axis -1 is outside a tensor of rank 0'],

  [() => matmul(x, x), 'MatMul cannot multiply float32[2, 3] by float32[2, 3]'],
  [() => matmul(x, tensor([3])), 'MatMul cannot multiply float32[2, 3] by float32[3]'],
  [() => matmul(tensor([2, 4, 3]), tensor([5, 3, 1])), 'MatMul cannot broadcast [2] with [5]'],

  [() => softmax(x, 2), 'Softmax: axis 2 is outside a tensor of rank 2'],
  [() => oneHot(x, 3), 'oneHot needs integer indices, got float32[2, 3]'],
  [() => oneHot(tensor([2], 'int32'), 0), 'oneHot needs a positive number of classes, got 0'],
  [
    () => softmaxCrossEntropy(x, tensor([3], 'int32')),
    'softmaxCrossEntropy of float32[2, 3] needs float targets of its shape or integer ones without the last axis, got int32[3]',
  ],
  [
    () => softmaxCrossEntropy(x, tensor([2])),
    'softmaxCrossEntropy of float32[2, 3] needs float targets of its shape or integer ones without the last axis, got float32[2]',
  ],

  [() => convolutions.convolution(x, kernel), 'Conv needs rank 4, got float32[2, 3]'],
  [
    () => convolutions.convolution(image, tensor([2, 3, 3, 3])),
    'Conv with 1 groups cannot apply float32[2, 3, 3, 3] to float32[1, 4, 5, 5]',
  ],
  [
    () => convolutions.convolution(image, tensor([3, 2, 3, 3]), undefined, { groups: 2 }),
    'Conv with 2 groups cannot apply float32[3, 2, 3, 3] to float32[1, 4, 5, 5]',
  ],
  [
    () => convolutions.convolution(image, tensor([2, 4, 7, 7])),
    'Conv of float32[1, 4, 5, 5] with float32[2, 4, 7, 7] leaves no pixels',
  ],
  [() => convolutions.convolution(image, kernel, tensor([3])), 'Conv needs a bias of 2 numbers, got float32[3]'],
  [
    () => convolutions.convolution(image, kernel, undefined, { strides: [0, 1] }),
    'Conv: strides, dilations and groups must be integers from 1 up, got [0,1,1,1,1]',
  ],
  [
    () => convolutions.convolution(image, kernel, undefined, { pads: [-1, 0, 0, 0] }),
    'Conv: pads must be integers from 0 up, got [-1,0,0,0]',
  ],
  [
    () => convolutions.convolutionTranspose(image, kernel),
    'ConvTranspose with 1 groups cannot apply float32[2, 4, 3, 3] to float32[1, 4, 5, 5]',
  ],
  [
    () => convolutions.convolutionTranspose(image, tensor([4, 2, 3, 3]), undefined, { outputPadding: [1, 0] }),
    'ConvTranspose: outputPadding [1,0] must stay below the strides [1,1]',
  ],
  [() => maxPool(image, { kernel: [6, 2] }), 'MaxPool [6,2] of float32[1, 4, 5, 5] leaves no pixels'],
  [
    () => averagePool(image, { kernel: [2, 2], pads: [2, 0, 0, 0] }),
    'AveragePool: pads [2,0,0,0] must stay below the window [2,2], which would see only padding',
  ],
  [() => imageBatchNormTraining(x, tensor([3]), tensor([3])), 'batch normalization needs rank 4, got float32[2, 3]'],
  [
    () => imageBatchNormTraining(image, tensor([4]), tensor([1, 4, 1, 1])),
    'batch normalization of float32[1, 4, 5, 5] needs vectors of 4 numbers, got float32[1, 4, 1, 1]',
  ],
  [
    () => imageBatchNormInference(image, tensor([4]), tensor([4]), { mean: tensor([4]), variance: tensor([5]) }),
    'batch normalization of float32[1, 4, 5, 5] needs vectors of 4 numbers, got float32[5]',
  ],
  [
    () => gatherElements(x, tensor([2, 1], 'int64'), 1),
    'GatherElements of float32[2, 3] needs int32 indices of its rank, got int64[2, 1]',
  ],
  [
    () => gatherElements(x, tensor([2], 'int32'), 1),
    'GatherElements of float32[2, 3] needs int32 indices of its rank, got int32[2]',
  ],
  [
    () => pixelCrossEntropy(image, tensor([1, 5, 5])),
    'pixelCrossEntropy of float32[1, 4, 5, 5] needs integer labels [1, 5, 5], got float32[1, 5, 5]',
  ],
  [
    () => pixelCrossEntropy(image, tensor([1, 5, 4], 'uint8')),
    'pixelCrossEntropy of float32[1, 4, 5, 5] needs integer labels [1, 5, 5], got uint8[1, 5, 4]',
  ],
  [
    () => pixelCrossEntropy(image, tensor([1, 5, 5], 'uint8'), { classWeights: tensor([3]) }),
    'pixelCrossEntropy of float32[1, 4, 5, 5] needs one weight for each class, got float32[3]',
  ],
  [
    () => pixelCrossEntropy(image, tensor([1, 5, 5], 'uint8'), { ignoredLabel: 0.5 }),
    'int32 holds integers from -2147483648 to 2147483647, not 0.5',
  ],
  [() => bilinearResize(image, [0, 4]), 'Resize needs positive lengths, got [0,4]'],
]

test.each(mistakes.map(([build, message]) => [message, build] as const))('%s', (message, build) => {
  expect(build).toThrow(new GraphError(message))
})
