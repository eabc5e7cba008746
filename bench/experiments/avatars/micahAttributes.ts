import { hairPalette, type Placement, skinPalette } from './attributes.ts'
import { hueColour, paletteColour } from './colours.ts'
import { readLatent } from './latentReader.ts'

/** Names of the micah style's components. */
const hairs = ['fonze', 'mrT', 'dougFunny', 'mrClean', 'dannyPhantom', 'full', 'turban', 'pixie'] as const
const shirts = ['open', 'crew', 'collared'] as const
const mouths = ['surprised', 'laughing', 'nervous', 'smile', 'sad', 'pucker', 'frown', 'smirk'] as const
const eyes = ['eyes', 'round', 'eyesShadow', 'smiling', 'smilingShadow'] as const
const eyebrows = ['up', 'down', 'eyelashesUp', 'eyelashesDown'] as const
const noses = ['curve', 'pointed', 'tound'] as const
const ears = ['attached', 'detached'] as const
const glasses = ['round', 'square'] as const
const earrings = ['hoop', 'stud'] as const

/** What a face in the micah style looks like. Colours are `rrggbb`. */
export interface MicahAttributes extends Placement {
  readonly hair: (typeof hairs)[number]
  readonly shirt: (typeof shirts)[number]
  readonly mouth: (typeof mouths)[number]
  readonly eyes: (typeof eyes)[number]
  readonly eyebrows: (typeof eyebrows)[number]
  readonly nose: (typeof noses)[number]
  readonly ears: (typeof ears)[number]
  readonly glasses: (typeof glasses)[number] | null
  readonly earrings: (typeof earrings)[number] | null
  /** The style's other facial hair, scruff, is dots smaller than a pixel: no part that could be labelled. */
  readonly facialHair: 'beard' | null
  readonly skinColor: string
  /** Of hair and beard. */
  readonly hairColor: string
  readonly shirtColor: string
  readonly hatColor: string
  readonly eyeShadowColor: string
  readonly glassesColor: string
  readonly earringColor: string
  readonly background: string
}

/**
 * The face in the micah style that a latent means.
 *
 * @param latent - z, 64 numbers
 * @throws {UnreadableLatentError} when it has fewer, or no direction
 */
export function micahAttributesOf(latent: Float64Array): MicahAttributes {
  const { share, turn, oneOf, sometimes } = readLatent(latent)
  // Properties are evaluated in the order in which they are written: each takes the next coordinates.
  return {
    hair: oneOf(hairs),
    shirt: oneOf(shirts),
    mouth: oneOf(mouths),
    eyes: oneOf(eyes),
    eyebrows: oneOf(eyebrows),
    nose: oneOf(noses),
    ears: oneOf(ears),
    glasses: sometimes(glasses, 0.3),
    earrings: sometimes(earrings, 0.3),
    facialHair: sometimes(['beard'], 0.25),
    skinColor: paletteColour(skinPalette, share()),
    hairColor: paletteColour(hairPalette, share()),
    shirtColor: hueColour(turn(), 0.35 + 0.5 * share(), 0.35 + 0.45 * share()),
    hatColor: hueColour(turn(), 0.3 + 0.5 * share(), 0.35 + 0.4 * share()),
    eyeShadowColor: hueColour(turn(), 0.6, 0.75),
    glassesColor: hueColour(turn(), 0.5, 0.1 + 0.6 * share()),
    earringColor: hueColour(turn(), 0.5, 0.4 + 0.4 * share()),
    background: hueColour(turn(), 0.3 + 0.4 * share(), 0.78 + 0.16 * share()),
    scale: 0.92 + 0.2 * share(),
    rotate: -7 + 14 * share(),
    tx: -16 + 32 * share(),
    ty: -10 + 20 * share(),
  }
}
