/**
 * Optimizers as pure graph transformations: from parameters, gradients and state to the next parameters and state.
 * They add nodes; the training loop (training.ts) carries the state from step to step.
 */
import { scalar } from './constant.ts'
import { add, div, exp, floor, log, maximum, minimum, mul, sqrt, sub } from './ops/elementwise.ts'
import { reshape } from './ops/layout.ts'
import { cos } from './ops/trigonometry.ts'
import type { Tensor } from './tensor.ts'

/** Learning rate as a function of the step, a scalar tensor that counts from 0. */
export type Schedule = (step: Tensor) => Tensor | number

export interface Update {
  readonly parameter: Tensor
  readonly state: readonly Tensor[]
}

export interface Optimizer {
  /** Names of the state tensors of each parameter; they have its shape and start at zero. */
  readonly stateNames: readonly string[]
  /** One step for one parameter. */
  update(parameter: Tensor, gradient: Tensor, state: readonly Tensor[], step: Tensor): Update
}

export interface SgdOptions {
  readonly learningRate: number | Schedule
  /** Weight of the previous direction. Default 0: plain gradient descent. */
  readonly momentum?: number
  /** L2 penalty added to the gradient. Default 0. */
  readonly weightDecay?: number
}

/** Stochastic gradient descent, with momentum as PyTorch defines it: v ← μ·v + g, p ← p − rate·v. */
export function sgd({ learningRate, momentum = 0, weightDecay = 0 }: SgdOptions): Optimizer {
  return {
    stateNames: momentum === 0 ? [] : ['velocity'],
    update: (parameter, plainGradient, [velocity], step) => {
      const gradient = weightDecay === 0 ? plainGradient : add(plainGradient, scaled(parameter, weightDecay))
      const direction = velocity === undefined ? gradient : add(scaled(velocity, momentum), gradient)
      const next = sub(parameter, scaled(direction, rate(learningRate, step)))
      return { parameter: next, state: velocity === undefined ? [] : [direction] }
    },
  }
}

export interface AdamOptions {
  readonly learningRate: number | Schedule
  /** Decay of the mean of gradients. Default 0.9. */
  readonly beta1?: number
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1). Its state is the decayed sums Σ β₁ᵏ·g and Σ β₂ᵏ·g², which are the paper's
 * means m / (1 − β₁) and v / (1 − β₂): the constant factors, and the corrections for the first steps, are folded into
 * two scalars, which spares passes over every parameter.
 */
export function adam({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions): Optimizer {
  return {
    stateNames: ['gradients', 'squares'],
    update: (parameter, gradient, [gradients, squares], step) => {
      if (gradients === undefined || squares === undefined) throw new TypeError('Adam keeps two tensors per parameter')
      const count = add(step, 1)
      const correction1 = sub(1, power(beta1, count))
      const correction2 = sqrt(div(sub(1, power(beta2, count)), 1 - beta2))
      const nextGradients = add(scaled(gradients, beta1), gradient)
      const nextSquares = add(scaled(squares, beta2), mul(gradient, gradient))
      // rate·(m / c₁) / (√v / c₂ + ε) = rate·(1 − β₁)·(c₂′ / c₁)·G / (√S + ε·c₂′) with c₂′ = c₂ / √(1 − β₂).
      const scale = mul(mul(div(correction2, correction1), 1 - beta1), rate(learningRate, step))
      const least = ofRank(nextSquares, mul(correction2, epsilon))
      const direction = div(nextGradients, add(sqrt(nextSquares), least))
      return { parameter: sub(parameter, scaled(direction, scale)), state: [nextGradients, nextSquares] }
    },
  }
}

/** Falls from `initial` to zero over `steps` as (1 − step / steps)^exponent, the schedule of DeepLab. */
export function polynomialDecay(initial: number, steps: number, exponent = 0.9): Schedule {
  return (step) => {
    const left = maximum(sub(1, mul(step, 1 / steps)), 1e-12)
    return mul(exp(mul(log(left), exponent)), initial)
  }
}

/** Half a cosine wave from `initial` to `final` over `steps`. */
export function cosineDecay(initial: number, steps: number, final = 0): Schedule {
  return (step) => {
    const phase = mul(minimum(step, steps), Math.PI / steps)
    return add(mul(add(cos(phase), 1), (initial - final) / 2), final)
  }
}

/** Multiplies the rate by `factor` every `every` steps. */
export function stepDecay(initial: number, every: number, factor: number): Schedule {
  return (step) => mul(exp(mul(floor(mul(step, 1 / every)), Math.log(factor))), initial)
}

function scaled(x: Tensor, factor: Tensor | number): Tensor {
  return mul(x, ofRank(x, factor))
}

/**
 * A single number with as many axes as x. ONNX Runtime 1.30 multiplies a kernel of 1 × 1 with a number without axes twenty
 * times as slowly, element by element: it goes along the last axis, which has one.
 */
function ofRank(x: Tensor, value: Tensor | number): Tensor {
  const shape = x.shape.map(() => 1)
  return reshape(typeof value === 'number' ? scalar(value, x.dtype) : value, shape)
}

function rate(learningRate: number | Schedule, step: Tensor): Tensor | number {
  return typeof learningRate === 'number' ? learningRate : learningRate(step)
}

function power(base: number, exponent: Tensor): Tensor {
  return exp(mul(exponent, Math.log(base)))
}
