import { SeedsError } from './errors.ts'

/** What a file name says about its sample: the seed, and the truncation where it is part of the name. */
export type SampleName = { readonly seed: number; readonly truncation: number | undefined }

const imageEndings = /\.(png|jpe?g|webp|json)$/i
const seedAlone = /^\d+$/
const seedInside = /(?<![a-z0-9])s(?:eed)?[-_]?(\d+)(?![a-z0-9])/gi
const truncationInside = /(?<![a-z0-9])t(\d+(?:\.\d+)?)(?![a-z0-9])/i
const largestSeed = 0xffff_ffff

/**
 * Reads the seed of a file name: `100.png`, `100.labels.png`, `seed100.png`, `seed_100.json`, `avatars-s100-t0.7.png`.
 * Folders before the name do not matter, whichever slash parts them.
 *
 * @throws SeedsError when the name holds no seed, more than one, or one above 2³² − 1.
 */
export function readSampleName(path: string): SampleName {
  const name = path.split(/[/\\]/).at(-1) ?? path
  const stem = name.replace(imageEndings, '').replace(/\.labels$/, '')
  const found = seedAlone.test(stem) ? [stem] : [...stem.matchAll(seedInside)].map((match) => match[1] ?? '')
  const seeds = new Set(found.map(Number))
  const [seed] = seeds
  if (seeds.size !== 1 || seed === undefined || seed > largestSeed) {
    throw new SeedsError(
      `No seed can be read from the file name ${JSON.stringify(name)}${seeds.size > 1 ? ': it holds several' : ''}. ` +
        'The name must tell which image was painted: 100.png, seed100.png or avatars-s100-t1.png, ' +
        `with a seed from 0 to ${largestSeed}.`,
    )
  }
  const truncation = seedAlone.test(stem) ? undefined : truncationInside.exec(stem)?.[1]
  return { seed, truncation: truncation === undefined ? undefined : Number(truncation) }
}
