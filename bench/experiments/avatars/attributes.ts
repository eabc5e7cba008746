import { hueColour, paletteColour } from './colours.ts'
import { readLatent } from './latentReader.ts'

/** Names of the avataaars style's components that the embedded generator was taught. */
const tops = [
  'bigHair',
  'bob',
  'bun',
  'curly',
  'dreads01',
  'fro',
  'longButNotTooLong',
  'miaWallace',
  'shaggyMullet',
  'shortCurly',
  'shortFlat',
  'shortRound',
  'shortWaved',
  'sides',
  'straight01',
  'theCaesar',
  'hat',
  'hijab',
  'turban',
  'winterHat1',
] as const
const clothings = [
  'blazerAndShirt',
  'blazerAndSweater',
  'collarAndSweater',
  'hoodie',
  'shirtCrewNeck',
  'shirtScoopNeck',
  'shirtVNeck',
] as const
const mouths = ['default', 'smile', 'serious', 'sad', 'twinkle', 'disbelief', 'grimace'] as const
const eyes = ['default', 'happy', 'closed', 'side', 'squint', 'surprised'] as const
const eyebrows = [
  'default',
  'defaultNatural',
  'flatNatural',
  'raisedExcited',
  'raisedExcitedNatural',
  'upDownNatural',
  'angryNatural',
] as const
const glasses = ['round', 'prescription01', 'prescription02', 'sunglasses', 'wayfarers'] as const
const beards = ['beardLight', 'beardMajestic', 'beardMedium', 'moustacheFancy', 'moustacheMagnum'] as const

export const skinPalette = ['5a3a2b', '9a5a33', 'cf8b5f', 'edb98a', 'ffdfc0']
export const hairPalette = ['1f1715', '4a312c', '8a4a2b', 'c0562a', 'b58143', 'dcb870', 'efe2c8']

/** What an avatar looks like. Colours are `rrggbb`. */
export interface AvatarAttributes extends Placement {
  readonly top: (typeof tops)[number]
  readonly clothing: (typeof clothings)[number]
  readonly mouth: (typeof mouths)[number]
  readonly eyes: (typeof eyes)[number]
  readonly eyebrows: (typeof eyebrows)[number]
  readonly accessories: (typeof glasses)[number] | null
  readonly facialHair: (typeof beards)[number] | null
  readonly skinColor: string
  readonly hairColor: string
  readonly clothesColor: string
  readonly hatColor: string
  readonly background: string
  readonly accessoriesColor: string
}

/** Where a drawing lies in its frame. */
export interface Placement {
  readonly scale: number
  /** Degrees, clockwise, about the middle of the drawing. */
  readonly rotate: number
  /** To the right and down, in units of the style's view box. */
  readonly tx: number
  readonly ty: number
}

/**
 * The avatar that a latent means, on which the embedded generator was taught.
 *
 * @param latent - z, 64 numbers
 * @throws {UnreadableLatentError} when it has fewer, or no direction
 */
export function attributesOf(latent: Float64Array): AvatarAttributes {
  const { share, turn, oneOf, sometimes } = readLatent(latent)
  // Properties are evaluated in the order in which they are written: each takes the next coordinates.
  return {
    top: oneOf(tops),
    clothing: oneOf(clothings),
    mouth: oneOf(mouths),
    eyes: oneOf(eyes),
    eyebrows: oneOf(eyebrows),
    accessories: sometimes(glasses, 0.3),
    facialHair: sometimes(beards, 0.25),
    skinColor: paletteColour(skinPalette, share()),
    hairColor: paletteColour(hairPalette, share()),
    clothesColor: hueColour(turn(), 0.35 + 0.5 * share(), 0.35 + 0.35 * share()),
    hatColor: hueColour(turn(), 0.3 + 0.5 * share(), 0.35 + 0.4 * share()),
    background: hueColour(turn(), 0.3 + 0.4 * share(), 0.78 + 0.16 * share()),
    accessoriesColor: hueColour(turn(), 0.4, 0.12 + 0.25 * share()),
    scale: 0.92 + 0.2 * share(),
    rotate: -7 + 14 * share(),
    tx: -12 + 24 * share(),
    ty: -8 + 16 * share(),
  }
}
