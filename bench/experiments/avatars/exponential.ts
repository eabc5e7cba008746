const FRACTION_BITS = 128
const ONE = 1n << 128n

/**
 * eˣ, rounded correctly to float64 for x in −40..4: a series in fixed point. `Math.exp` is off by one unit in the last
 * place now and then, and differs from engine to engine.
 */
export function exponential(x: number): number {
  const exponent = BigInt(Math.trunc(x * 2 ** FRACTION_BITS))
  let term = ONE
  let sum = 0n
  for (let order = 1n; term !== 0n; order += 1n) {
    sum += term
    term = (term * exponent) / ONE / order
  }
  return Number(sum) * 2 ** -FRACTION_BITS
}
