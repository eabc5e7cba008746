import { exponential } from './exponential.ts'

/**
 * Quotients of polynomials, lowest power first: what Sun's fdlibm and the C libraries made after it use for the error
 * function (1993). With the same quotients, results are those of Python's `math.erf`, to the bit.
 */
interface Quotient {
  readonly above: readonly number[]
  readonly below: readonly number[]
}

/** erf(x) = x + x · quotient(x²) */
const belowSevenEighths: Quotient = {
  above: [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -0.000023763016656650163,
  ],
  below: [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -0.000003960228278775368,
  ],
}

/** erf(x) = erf(1) + quotient(x − 1), with erf(1) rounded to float32 */
const aroundOne: Quotient = {
  above: [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
    0.035478304325618236, -0.002166375594868791,
  ],
  below: [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
}
const errorFunctionOfOne = 0.8450629115104675

/** erf(x) = 1 − e^(−x² − 9/16 + quotient(1/x²)) / x */
const towardsThree: Quotient = {
  above: [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  below: [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
}
const beyondThree: Quotient = {
  above: [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  below: [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
}

/** The error function 2/√π ∫₀ˣ e^(−t²) dt, within one unit in the last place. JavaScript has none. */
export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x
  const size = Math.abs(x)
  if (size < 0.84375) return x + x * quotient(belowSevenEighths, x * x)
  return Math.sign(x) * (size < 1.25 ? errorFunctionOfOne + quotient(aroundOne, size - 1) : upperEnd(size))
}

/** The share of a standard normal distribution that lies below x. */
export function normalShare(x: number): number {
  return 0.5 * (1 + errorFunction(x / Math.sqrt(2)))
}

function upperEnd(x: number): number {
  if (x >= 6) return 1
  const rest = quotient(x < 1 / 0.35 ? towardsThree : beyondThree, 1 / (x * x))
  // x² = rough² − (rough − x)(rough + x), where rough² is exact: rounding x² would show in the exponential.
  const rough = upperHalf(x)
  const complement = exponential(-rough * rough - 0.5625) * exponential((rough - x) * (rough + x) + rest)
  return 1 - complement / x
}

/** The number with the lower 32 bits of its float64 cleared. */
function upperHalf(value: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setUint32(4, 0)
  return view.getFloat64(0)
}

function quotient({ above, below }: Quotient, x: number): number {
  return polynomial(above, x) / polynomial(below, x)
}

/** Coefficients by pairs, (c₀ + c₁x) + x²(c₂ + c₃x) + x⁴(…) + …: the order decides the last bit. */
function polynomial(coefficients: readonly number[], x: number): number {
  const square = x * x
  const fourth = square * square
  const powers = [1, square, fourth, fourth * square, fourth * fourth]
  return powers.reduce((sum, power, pair) => {
    const [low, high] = coefficients.slice(2 * pair, 2 * pair + 2)
    return low === undefined ? sum : sum + power * (high === undefined ? low : low + x * high)
  }, 0)
}
