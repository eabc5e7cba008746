import { avataaars } from '@dicebear/collection'
import { createAvatar } from '@dicebear/core'
import type { AvatarAttributes } from './attributes.ts'
import { cutLayers } from './layers.ts'
import { type Drawing, renderLayers } from './render.ts'
import { svgContent } from './svgContent.ts'

/** The parts of an avatar, by the ids of the embedded generator's label list (models/avatars). */
export const parts = {
  skin: 1,
  clothing: 2,
  mouth: 3,
  nose: 4,
  eyes: 5,
  eyebrows: 6,
  hair: 7,
  beard: 8,
  glasses: 9,
  hat: 10,
}

const hats = new Set<string>(['hat', 'hijab', 'turban', 'winterHat1'] satisfies AvatarAttributes['top'][])

/**
 * Draws an avatar as the embedded generator was taught, with exact labels: avataaars by Pablo Stanley, "free for personal
 * and commercial use", by DiceBear.
 *
 * @param size - pixels per side
 * @returns part ids of the embedded generator's label list
 * @throws {DrawingError} when the drawing cannot be told into parts
 */
export function drawAvatar(attributes: AvatarAttributes, size: number): Drawing {
  const groups = new Map([
    ['<g transform="translate(0 170)">', parts.clothing],
    ['<g transform="translate(78 134)">', parts.mouth],
    ['<g transform="translate(104 122)">', parts.nose],
    ['<g transform="translate(76 90)">', parts.eyes],
    ['<g transform="translate(76 82)">', parts.eyebrows],
    ['<g transform="translate(-1)">', hats.has(attributes.top) ? parts.hat : parts.hair],
    ['<g transform="translate(49 72)">', parts.beard],
    ['<g transform="translate(62 42)">', parts.glasses],
  ])
  const { background } = attributes
  return renderLayers(
    cutLayers(svgContent(svgOf(attributes)), groups, parts.skin),
    // The style leaves no room above large hair, so that drawings are seated a little lower.
    { side: 280, background, pivot: [140, 140], seat: [140, 150], placement: attributes },
    size,
  )
}

function svgOf(attributes: AvatarAttributes): string {
  const { top, clothing, mouth, eyes, eyebrows, accessories, facialHair } = attributes
  return createAvatar(avataaars, {
    clip: false,
    style: ['default'],
    top: [top],
    topProbability: 100,
    clothing: [clothing],
    mouth: [mouth],
    eyes: [eyes],
    eyebrows: [eyebrows],
    accessories: [accessories ?? 'round'],
    accessoriesProbability: accessories === null ? 0 : 100,
    facialHair: [facialHair ?? 'beardLight'],
    facialHairProbability: facialHair === null ? 0 : 100,
    skinColor: [attributes.skinColor],
    hairColor: [attributes.hairColor],
    facialHairColor: [attributes.hairColor],
    clothesColor: [attributes.clothesColor],
    hatColor: [attributes.hatColor],
    accessoriesColor: [attributes.accessoriesColor],
  }).toString()
}
