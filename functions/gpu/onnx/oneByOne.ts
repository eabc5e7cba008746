import { scan } from './scan.ts'
import type { Tensor } from './tensor.ts'

/**
 * Makes what a graph gives for each image of a batch in a loop over them: results do not depend, to the bit, on what else is
 * in the batch, and memory does not grow with it.
 * @param batch [batch, …]
 * @param body one image's results by name, from its row […]
 * @returns the results of all images, [batch, …] each
 */
export function oneByOne(
  batch: Tensor,
  body: (row: Tensor) => Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  let names: readonly string[] = []
  const { stacked } = scan({
    label: 'images',
    states: [],
    scanned: [batch],
    body: (_, [row]) => {
      if (row === undefined) throw new TypeError('the loop over images lost its row')
      const results = body(row)
      names = Object.keys(results)
      return { states: [], stacked: Object.values(results) }
    },
  })
  return Object.fromEntries(stacked.map((tensor, index) => [String(names[index]), tensor]))
}
