/** Seeds as a person writes them. */
import { InvalidArgumentError } from 'commander'

/** Seeds are what `numpy.random.RandomState` takes. */
export const largestSeed = 0xffff_ffff
/** Seeds of one range. */
export const mostSeeds = 100_000

/** A seed, or a range of seeds: `1000` or `1000-1009`. Undefined where the text is neither, or names too many. */
export function seedRange(text: string): readonly number[] | undefined {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (first === undefined || from > to || to > largestSeed || to - from >= mostSeeds) return undefined
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/**
 * Seeds and ranges of seeds, parted by commas: `0,5,9-12`. Each seed once, in the order in which they are named.
 * @throws InvalidArgumentError says what would be right
 */
export function parseSeedList(text: string): readonly number[] {
  const seeds = new Set<number>()
  for (const word of text.split(',')) {
    const range = seedRange(word.trim())
    if (range === undefined)
      throw new InvalidArgumentError(
        `${JSON.stringify(word)} names no seeds. Give seeds from 0 to ${largestSeed} like 7, 0-63 or 0,5,9-12.`,
      )
    for (const seed of range) seeds.add(seed)
    if (seeds.size > mostSeeds) throw new InvalidArgumentError(`Give at most ${mostSeeds} seeds at once.`)
  }
  return [...seeds]
}
