import { CheckpointError } from './errors.ts'
import { type MappingLayer, normalized } from './mappingLayer.ts'

/**
 * Makes an unconditional mapping network of a conditional one, for one class, without approximation.
 *
 * The first layer takes concat(norm(z), norm(embed(class))). The second half is a constant for one class, so what it
 * adds is part of the bias. The layer's weight is divided by √inputs where it is used; since fewer inputs are left, it
 * is scaled here for the difference. The learning rate multiplier scales weight and bias alike, and needs no care.
 * @param first `mapping.fc0`: weight [outputs, z + embedding], bias [outputs]
 * @param embed `mapping.embed`: weight [embedding, classes], bias [embedding]
 * @returns weight [outputs, z], bias [outputs]
 * @throws CheckpointError where the class is not given or not one of the network's, or shapes do not fit
 */
export function foldClass(first: MappingLayer, embed: MappingLayer, classIndex: number | undefined): MappingLayer {
  const [outputs = 0, inputs = 0] = first.weight.shape
  const [embedding = 0, classes = 0] = embed.weight.shape
  checkLayer('mapping.fc0', first)
  checkLayer('mapping.embed', embed)
  const index = checkClass(classIndex, classes)
  const latentLength = inputs - embedding
  if (latentLength < 1)
    throw new CheckpointError(
      `mapping.fc0 takes ${inputs} numbers, of which ${embedding} tell the class: ` +
        'a network without a latent (z_dim = 0) makes one image for each class and is not supported',
    )
  const direction = normalized(
    Float64Array.from(
      embed.bias.data,
      (bias, row) => (embed.weight.data[row * classes + index] ?? 0) / Math.sqrt(classes) + bias,
    ),
  )
  const weight = new Float32Array(outputs * latentLength)
  const bias = new Float32Array(outputs)
  const scale = Math.sqrt(latentLength / inputs)
  for (let output = 0; output < outputs; output++) {
    const row = first.weight.data.subarray(output * inputs, (output + 1) * inputs)
    weight.set(
      row.subarray(0, latentLength).map((value) => value * scale),
      output * latentLength,
    )
    let constant = 0
    for (let column = 0; column < embedding; column++)
      constant += (row[latentLength + column] ?? 0) * (direction[column] ?? 0)
    bias[output] = (first.bias.data[output] ?? 0) + constant / Math.sqrt(inputs)
  }
  return {
    weight: { shape: [outputs, latentLength], data: weight },
    bias: { shape: [outputs], data: bias },
  }
}

function checkClass(classIndex: number | undefined, classes: number): number {
  const range = `0..${classes - 1}`
  if (classIndex === undefined)
    throw new CheckpointError(`this generator is conditional: say which class it shall make, one of ${range}`)
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes)
    throw new CheckpointError(`class ${classIndex} is none of this generator's classes ${range}`)
  return classIndex
}

function checkLayer(name: string, { weight, bias }: MappingLayer): void {
  if (weight.shape.length !== 2 || bias.shape.length !== 1 || bias.shape[0] !== weight.shape[0])
    throw new CheckpointError(
      `${name} has a weight of shape [${weight.shape}] and a bias of shape [${bias.shape}], expected [m, n] and [m]`,
    )
}
