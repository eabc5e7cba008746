/** A whole number as a JavaScript number where that is exact, else as it is. */
export function narrowInteger(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
