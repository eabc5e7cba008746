const FRACTION_BITS = 128n
const ONE = 1n << FRACTION_BITS
const MANTISSA_BITS = 52n

/**
 * The natural logarithm, rounded correctly to float64.
 *
 * `Math.log` may differ from one JavaScript engine to the next, and V8's is off by one unit in the last place for 7 %
 * of the arguments in (0, 1); a latent must be the same wherever its image is made again. The logarithms of the C
 * libraries that numpy calls are correct but for about one argument in a thousand.
 *
 * @param value - finite, positive and normal (at least 2⁻¹⁰²²)
 */
export function naturalLogarithm(value: number): number {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n
  // value = mantissa / unit · 2^exponent with mantissa / unit in [1/√2, √2), where the series converges fastest.
  let unit = 1n << MANTISSA_BITS
  let exponent = (bits >> MANTISSA_BITS) - 1023n
  const mantissa = unit | (bits & (unit - 1n))
  if (mantissa * mantissa >= 2n * unit * unit) {
    unit *= 2n
    exponent += 1n
  }
  return Number(exponent * LOGARITHM_OF_2 + logarithmOfRatio(mantissa, unit)) * 2 ** -Number(FRACTION_BITS)
}

/** ln(a/b) = 2 artanh((a − b)/(a + b)) = 2 (s + s³/3 + s⁵/5 + …), in fixed point with 128 fractional bits. */
function logarithmOfRatio(a: bigint, b: bigint): bigint {
  let power = ((a - b) * ONE) / (a + b)
  const square = (power * power) / ONE
  let sum = 0n
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += power / odd
    power = (power * square) / ONE
  }
  return 2n * sum
}

const LOGARITHM_OF_2 = logarithmOfRatio(2n, 1n)
