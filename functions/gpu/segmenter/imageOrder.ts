import { createRandom } from '../random.ts'

/**
 * Which images a step sees: all of them once in random order, then all in another order, and so on. A step's images depend
 * on its number alone, so that a resumed training sees the same.
 * @returns places [batch]
 */
export function imageOrder(count: number, batch: number, seed: number): (step: number) => Uint32Array {
  const random = createRandom(seed, 'segmenter.order')
  const last: { epoch: number; order: Uint32Array } = { epoch: -1, order: new Uint32Array(0) }
  const orderOf = (epoch: number): Uint32Array => {
    if (epoch !== last.epoch) {
      const order = Uint32Array.from({ length: count }, (_, place) => place)
      Object.assign(last, { epoch, order: random.at(epoch).shuffle(order) })
    }
    return last.order
  }
  return (step) =>
    Uint32Array.from({ length: batch }, (_, item) => {
      const position = step * batch + item
      return orderOf(Math.floor(position / count))[position % count] ?? 0
    })
}
