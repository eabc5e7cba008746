import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { micahAttributesOf } from '../../../../bench/experiments/avatars/micahAttributes.ts'
import type { Drawing } from '../../../../bench/experiments/avatars/render.ts'
import { drawingStyles } from '../../../../bench/experiments/avatars/styles.ts'
import { svgContent } from '../../../../bench/experiments/avatars/svgContent.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { decodeLabelMap, decodeRgb } from '../../../../integrations/images/index.ts'
import embedded from '../../../../models/avatars/seeds/labels.json' with { type: 'json' }
// Made by the script that drew the embedded generator's lessons; make.py beside it says how.
import expected from '../../../fixtures/avatars/drawings/drawings.json' with { type: 'json' }
import { fixture } from '../../../support/fixture.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the avataaars style', () => {
  const { draw, labels } = drawingStyles.avataaars

  test.each(Object.entries(expected.sha256))(
    'is drawn to the byte as for the generator, at %s pixels',
    (size, seeds) => {
      const own = Object.keys(seeds).map((seed) => {
        const { image, labels } = draw(Number(seed), Number(size))
        return [seed, { image: sha256(image), labels: sha256(labels) }]
      })
      expect(Object.fromEntries(own)).toEqual(seeds)
    },
  )

  test.each([3_000_003, 3_000_008])('draws seed %d as the picture shows', async (seed) => {
    const drawn = draw(seed, 128)
    const image = await decodeRgb(fixture(`avatars/drawings/${seed}.png`))
    const map = decodeLabelMap(fixture(`avatars/drawings/${seed}.labels.png`))
    expect(sha256(drawn.image)).toBe(sha256(image.data))
    expect(sha256(drawn.labels)).toBe(sha256(map.data))
  })

  test('has the parts of the embedded generator', () => {
    expect(labels.parts).toEqual(embedded.parts)
  })
})

describe('the micah style', () => {
  const { draw, labels } = drawingStyles.micah
  const id = (name: string) => labels.parts.findIndex((part) => part.name === name)
  const faces = Array.from({ length: 60 }, (_, seed) => {
    return { seed, attributes: micahAttributesOf(sampleLatent(seed, 64)), drawing: draw(seed, 128) }
  })

  test.each([
    ['worn/glasses', (face: (typeof faces)[number]) => face.attributes.glasses !== null],
    ['worn/earrings', (face: (typeof faces)[number]) => face.attributes.earrings !== null],
    ['person/face/beard', (face: (typeof faces)[number]) => face.attributes.facialHair !== null],
    ['worn/hat', (face: (typeof faces)[number]) => face.attributes.hair === 'turban'],
    ['person/hair', ({ attributes: { hair } }: (typeof faces)[number]) => hair !== 'turban' && hair !== 'mrClean'],
  ])('labels %s where they are drawn, and nowhere else', (name, wears) => {
    // Long hair may hide earrings; nothing else hides a whole part.
    const shown = faces.filter(({ drawing }) => drawing.labels.includes(id(name)))
    expect(shown.filter((face) => !wears(face)).map(({ seed }) => seed)).toEqual([])
    const hidden = faces.filter((face) => wears(face) && !shown.includes(face))
    expect(hidden.filter(() => name !== 'worn/earrings').map(({ seed }) => seed)).toEqual([])
    expect(shown.length).toBeGreaterThan(3)
  })

  test.each(['background', 'person/skin', 'person/clothing', 'person/face/mouth', 'person/face/nose'])(
    'labels %s in every face',
    (name) => {
      expect(faces.filter(({ drawing }) => !drawing.labels.includes(id(name)))).toEqual([])
    },
  )

  test('finds brows, eyes, nose and mouth below one another', () => {
    const features = ['eyebrows', 'eyes', 'nose', 'mouth'].map((name) => id(`person/face/${name}`))
    // Glasses and hair hide some of a feature; without them, only the order in the face counts.
    const open = faces.filter(({ attributes: { glasses, hair } }) => glasses === null && hair === 'mrClean')
    for (const { drawing } of open) {
      const heights = features.map((feature) => meanRow(drawing, feature))
      expect(heights).toEqual(heights.toSorted((a, b) => a - b))
    }
    expect(open.length).toBeGreaterThan(2)
  })

  test('labels as background what has the background’s colour, up to the edges', () => {
    for (const { attributes, drawing } of faces) {
      expect(coloursInside(drawing, id('background'))).toEqual(new Set([attributes.background]))
    }
  })

  test('labels as a hat what has the hat’s colour, or the black of its folds', () => {
    const turbans = faces.filter(({ attributes }) => attributes.hair === 'turban')
    for (const { attributes, drawing } of turbans) {
      expect(coloursInside(drawing, id('worn/hat'))).toContain(attributes.hatColor)
      expect(coloursInside(drawing, id('person/skin'))).not.toContain(attributes.hatColor)
    }
  })

  test('labels as skin what has the skin’s colour', () => {
    for (const { attributes, drawing } of faces) {
      expect(coloursInside(drawing, id('person/skin'))).toContain(attributes.skinColor)
      expect(coloursInside(drawing, id('person/clothing'))).not.toContain(attributes.skinColor)
    }
  })
})

describe('svgContent', () => {
  test('leaves the element around a drawing and its licence away', () => {
    expect(svgContent('<svg a="b"><metadata><x/></metadata><g><path/></g></svg>')).toBe('<g><path/></g>')
  })

  test('refuses what is no svg', () => {
    expect(() => svgContent('<g/>')).toThrow('not one svg element')
  })
})

/** Colours of the pixels that have only pixels of their own part around them, two far. */
function coloursInside({ size, image, labels }: Drawing, part: number): Set<string> {
  const colours = new Set<string>()
  const near = [-2, -1, 0, 1, 2]
  for (let y = 2; y < size - 2; y += 1) {
    for (let x = 2; x < size - 2; x += 1) {
      if (near.some((dy) => near.some((dx) => labels[(y + dy) * size + x + dx] !== part))) continue
      colours.add(Buffer.from(image.subarray((y * size + x) * 3, (y * size + x + 1) * 3)).toString('hex'))
    }
  }
  return colours
}

/** NaN where no pixel has the part. */
function meanRow({ size, labels }: Drawing, part: number): number {
  const rows = [...labels.keys()].filter((pixel) => labels[pixel] === part).map((pixel) => Math.floor(pixel / size))
  return rows.reduce((sum, row) => sum + row, 0) / rows.length
}
