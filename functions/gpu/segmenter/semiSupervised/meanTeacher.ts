/** How a mean teacher's weights go with the steps (Tarvainen and Valpola 2017). */

/** exp(−5·(1 − t)²) of the whole weight, t from 0 to 1 over the first steps: an untrained teacher says little. */
export function consistencyWeight(
  step: number,
  { consistency, rampUp, steps }: { readonly consistency: number; readonly rampUp: number; readonly steps: number },
): number {
  const risen = rampUp === 0 ? 1 : Math.min(1, step / (rampUp * steps))
  return consistency * Math.exp(-5 * (1 - risen) ** 2)
}

/** What the teacher keeps of itself: at first it is the plain mean of all students so far, then an exponential one. */
export function teacherDecay(step: number, { teacherDecay: limit }: { readonly teacherDecay: number }): number {
  return Math.min(1 - 1 / (step + 1), limit)
}
