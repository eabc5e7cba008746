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
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1
    const exponent = (half >>> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    // Exponent 0 marks subnormals: no implicit leading one, and the scale of exponent 1.
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (0x400 + fraction) * 2 ** (exponent - 25)
  })
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
