import { sampleLatent } from '../../../functions/gpu/stylegan/latents.ts'
import type { LabelList, Part } from '../../../schemas/labels.ts'
import { attributesOf } from './attributes.ts'
import { drawAvatar } from './draw.ts'
import { drawMicah } from './drawMicah.ts'
import { micahAttributesOf } from './micahAttributes.ts'
import type { Drawing } from './render.ts'

/** A way to draw the face that a seed means, with the label of every pixel. */
export interface DrawingStyle {
  readonly labels: LabelList
  draw(seed: number, size: number): Drawing
}

export const styleNames = ['avataaars', 'micah'] as const
export type StyleName = (typeof styleNames)[number]

const LATENT_LENGTH = 64

/** Names and colours of the embedded generator's label list (models/avatars/seeds/labels.json). */
const avatarParts = listParts([
  ['background', '#000000'],
  ['person/skin', '#ffc8a0'],
  ['person/clothing', '#3c5ac8'],
  ['person/face/mouth', '#dc0000'],
  ['person/face/nose', '#ff7800'],
  ['person/face/eyes', '#ffffff'],
  ['person/face/eyebrows', '#5a3200'],
  ['person/hair', '#783ca0'],
  ['person/face/beard', '#00a03c'],
  ['worn/glasses', '#00ffff'],
  ['worn/hat', '#ff00ff'],
])

/** `avataaars` is what the embedded generator draws; `micah` is another hand: to learn from, and transfer. */
export const drawingStyles: Readonly<Record<StyleName, DrawingStyle>> = {
  avataaars: {
    labels: { parts: avatarParts, truncation: 1 },
    draw: (seed, size) => drawAvatar(attributesOf(sampleLatent(seed, LATENT_LENGTH)), size),
  },
  micah: {
    labels: {
      parts: [...avatarParts, { id: avatarParts.length, name: 'worn/earrings', color: '#ffff00' }],
      truncation: 1,
    },
    draw: (seed, size) => drawMicah(micahAttributesOf(sampleLatent(seed, LATENT_LENGTH)), size),
  },
}

function listParts(named: readonly (readonly [name: string, color: string])[]): Part[] {
  return named.map(([name, color], id) => ({ id, name, color }))
}
