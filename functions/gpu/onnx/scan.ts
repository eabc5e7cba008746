import { sameShape } from './shape.ts'
import { type Dimension, describeType, firstOutput, GraphError, outputOf, type Scope, type Tensor } from './tensor.ts'

export interface ScanOptions {
  /** Values that flow from one iteration to the next: their first values. */
  readonly states: readonly Tensor[]
  /** Tensors whose first axis counts the iterations: each iteration sees one slice of each. */
  readonly scanned: readonly Tensor[]
  /**
   * Builds one iteration. Tensors from outside may be used freely; what does not depend on the arguments is computed
   * once, outside the loop.
   * @returns the next states (same types) and values to be stacked over the iterations
   */
  readonly body: (
    states: readonly Tensor[],
    slices: readonly Tensor[],
  ) => { readonly states: readonly Tensor[]; readonly stacked: readonly Tensor[] }
  /** Shown in the file. */
  readonly label?: string
}

export interface ScanResult {
  /** The states after the last iteration. */
  readonly states: readonly Tensor[]
  /** [iterations, …] what the body returned in each iteration. */
  readonly stacked: readonly Tensor[]
}

/**
 * Runs a subgraph once per slice of its scanned inputs (ONNX Scan). State stays on the device between iterations,
 * which is what makes many training steps per call cheap.
 * @throws GraphError where nothing is scanned, scanned tensors differ in length, or a state changes its type
 */
export function scan({ states, scanned, body, label = 'scan' }: ScanOptions): ScanResult {
  const [first] = scanned
  if (first === undefined) throw new GraphError('Scan needs at least one scanned tensor')
  const [iterations] = first.shape
  if (iterations === undefined || scanned.some((tensor) => tensor.shape.length === 0))
    throw new GraphError(`Scan walks along the first axis, got ${scanned.map(describeType).join(' and ')}`)
  if (scanned.some((tensor) => tensor.shape[0] !== iterations))
    throw new GraphError(`Scan needs one number of iterations, got ${scanned.map(describeType).join(' and ')}`)
  const scope: Scope = { label }
  const placeholder = (prefix: string) => (tensor: Tensor, index: number) =>
    firstOutput({
      kind: 'input',
      name: `${label}.${prefix}${index}`,
      outputs: [{ dtype: tensor.dtype, shape: prefix === 'state' ? tensor.shape : tensor.shape.slice(1) }],
      scope,
    })
  const stateInputs = states.map(placeholder('state'))
  const sliceInputs = scanned.map(placeholder('slice'))
  const result = body(stateInputs, sliceInputs)
  checkStates(states, result.states)
  const node = {
    kind: 'scan',
    inputs: [...states, ...scanned],
    scope,
    bodyInputs: [...stateInputs, ...sliceInputs],
    bodyOutputs: [...result.states, ...result.stacked],
    scanned: scanned.length,
    outputs: [
      ...states.map(({ dtype, shape }) => ({ dtype, shape })),
      ...result.stacked.map(({ dtype, shape }) => ({ dtype, shape: [iterations, ...shape] as readonly Dimension[] })),
    ],
  } as const
  const outputs = node.outputs.map((_, index) => outputOf(node, index))
  return { states: outputs.slice(0, states.length), stacked: outputs.slice(states.length) }
}

function checkStates(before: readonly Tensor[], after: readonly Tensor[]): void {
  if (before.length !== after.length)
    throw new GraphError(`Scan starts with ${before.length} states, its body returns ${after.length}`)
  for (const [index, state] of before.entries()) {
    const next = after[index]
    if (next === undefined || next.dtype !== state.dtype || !sameShape(next.shape, state.shape))
      throw new GraphError(
        `Scan state ${index} is ${describeType(state)}, its body returns ${next && describeType(next)}`,
      )
  }
}
