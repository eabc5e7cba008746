import { micah } from '@dicebear/collection'
import { createAvatar } from '@dicebear/core'
import { parts as avatarParts } from './draw.ts'
import { cutLayers } from './layers.ts'
import type { MicahAttributes } from './micahAttributes.ts'
import { type Drawing, renderLayers } from './render.ts'
import { svgContent } from './svgContent.ts'

const parts = { ...avatarParts, earrings: 11 }

/**
 * Draws a face in the style of the Avatar Illustration System by Micah Lanier (CC BY 4.0), by DiceBear, with exact
 * labels. Outlines belong to the part that they surround, eye shadow to the eyes, ears to the skin.
 *
 * @param size - pixels per side
 * @throws {DrawingError} when the drawing cannot be told into parts
 */
export function drawMicah(attributes: MicahAttributes, size: number): Drawing {
  const { background, ears } = attributes
  const groups = new Map([
    ['<g transform="translate(34 102.3)">', parts.beard],
    ['<g transform="translate(170 183)">', parts.mouth],
    ['<g transform="translate(110 102)">', parts.eyebrows],
    ['<g transform="translate(49 11)">', topPart(attributes)],
    ['<g transform="translate(142 119)">', parts.eyes],
    ['<g transform="translate(-40 -8)">', parts.glasses],
    ['<g transform="rotate(-8 1149.44 -1186.92)">', parts.nose],
    [`<g transform="translate(3 ${ears === 'attached' ? 35 : 42})">`, parts.earrings],
    ['<g transform="translate(53 272)">', parts.clothing],
  ])
  return renderLayers(
    cutLayers(svgContent(svgOf(attributes)), groups, parts.skin),
    { side: 360, background, pivot: [180, 180], seat: [180, 186], placement: attributes },
    size,
  )
}

/** What the style's hair is: a bald head has only a highlight there. */
function topPart({ hair }: MicahAttributes): number {
  if (hair === 'turban') return parts.hat
  return hair === 'mrClean' ? parts.skin : parts.hair
}

function svgOf(attributes: MicahAttributes): string {
  const { hair, shirt, mouth, eyes, eyebrows, nose, ears, glasses, earrings, facialHair } = attributes
  return createAvatar(micah, {
    clip: false,
    hair: [hair],
    hairProbability: 100,
    shirt: [shirt],
    mouth: [mouth],
    eyes: [eyes],
    eyebrows: [eyebrows],
    nose: [nose],
    ears: [ears],
    glasses: [glasses ?? 'round'],
    glassesProbability: glasses === null ? 0 : 100,
    earrings: [earrings ?? 'stud'],
    earringsProbability: earrings === null ? 0 : 100,
    facialHair: [facialHair ?? 'beard'],
    facialHairProbability: facialHair === null ? 0 : 100,
    baseColor: [attributes.skinColor],
    // A turban takes the hair's colour.
    hairColor: [hair === 'turban' ? attributes.hatColor : attributes.hairColor],
    facialHairColor: [attributes.hairColor],
    shirtColor: [attributes.shirtColor],
    eyeShadowColor: [attributes.eyeShadowColor],
    glassesColor: [attributes.glassesColor],
    earringColor: [attributes.earringColor],
    eyebrowsColor: ['000000'],
    eyesColor: ['000000'],
    mouthColor: ['000000'],
  }).toString()
}
