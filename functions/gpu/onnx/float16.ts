/**
 * The two 16-bit float formats that weights are stored in. JavaScript's `Float16Array` is newer than the oldest Node
 * the built package runs on, and bfloat16 has no array type at all, so both are carried as raw bits.
 */

/**
 * Widens IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits). Every binary16 is a float32, so nothing is rounded.
 *
 * @param bits - raw bits, one value per element
 * @returns the same values, in the same order; infinities and NaN stay what they are
 */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  for (let index = 0; index < bits.length; index++) values[index] = widen(bits[index] ?? 0)
  return values
}

function widen(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  // Exponent 0 marks subnormals: no implicit leading one, and the scale of exponent 1.
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (0x400 + fraction) * 2 ** (exponent - 25)
}

/**
 * Widens bfloat16, which is the upper half of a float32. Nothing is rounded.
 *
 * @param bits - raw bits, one value per element
 * @returns the same values, in the same order; infinities and NaN stay what they are
 */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const words = Uint32Array.from(bits, (half) => half << 16)
  return new Float32Array(words.buffer)
}

/** Where the next power of two would begin: what rounds to it has no binary16. */
const HALF_OVERFLOW = 0x477ff000

/**
 * Narrows to IEEE 754 binary16, rounding to nearest, ties to even, as hardware does. Small values become subnormal.
 *
 * @param values - any float32 values
 * @returns raw bits, one value per element, in the same order; from 65520 on, values become infinite
 */
export function narrowFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const bits = new Uint16Array(values.length)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0
    const sign = (word >>> 16) & 0x8000
    const magnitude = word & 0x7fffffff
    bits[index] = sign | (magnitude > 0x7f800000 ? 0x7e00 : narrowMagnitude(magnitude, values[index] ?? 0))
  }
  return bits
}

function narrowMagnitude(magnitude: number, value: number): number {
  if (magnitude >= HALF_OVERFLOW) return 0x7c00
  // Below 2^-14: in units of 2^-24, where adding and subtracting 2^23 rounds a float32 to a whole number, ties to even.
  if (magnitude < 0x38800000) return Math.fround(Math.fround(Math.abs(value) * 2 ** 24 + 2 ** 23) - 2 ** 23)
  // 13 fraction bits fall away: half of their unit less one, and one more where the last bit kept is odd, carries right.
  return (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13
}
