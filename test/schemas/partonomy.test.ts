import { describe, expect, test } from 'vitest'
import { LabelList } from '../../schemas/labels.ts'
import { PartonomyDomain, partonomyPreset, UnknownPartonomyError } from '../../schemas/partonomy.ts'

/** CIE L*a*b* of #rrggbb (sRGB, D65), by the formulas of IEC 61966-2-1 and CIE 15. */
function cieLab(color: string): readonly [number, number, number] {
  const channel = (at: number): number => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const [red, green, blue] = [channel(1), channel(3), channel(5)]
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29)
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue)
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const difference = (first: string, second: string): number => {
  const [a, b] = [cieLab(first), cieLab(second)]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

describe.each(PartonomyDomain.options)('the %s preset', (domain) => {
  const preset = partonomyPreset(domain)

  test('is a label list whose part 0 is the background', () => {
    expect(LabelList.parse(preset).parts).toEqual(preset.parts)
    expect(preset.parts[0]).toEqual({ id: 0, name: 'background', color: '#000000' })
  })

  test('has as many parts as published', () => {
    // As the domains are called: the count includes the background, except in bedroom-28.
    const published = { face: 34, car: 20, bird: 11, cat: 16, bedroom: 29 }
    expect(preset.parts.length).toBe(published[domain])
  })

  test('has colours that the eye tells apart: at least 15 CIE76 between any two', () => {
    for (const part of preset.parts) {
      for (const other of preset.parts.slice(part.id + 1)) {
        expect(difference(part.color, other.color), `${part.name} and ${other.name}`).toBeGreaterThan(15)
      }
    }
  })

  test('says where its names come from, and owns up to a reconstruction', () => {
    expect(preset.source).toContain('DatasetGAN')
    expect(preset.source.startsWith('Reconstructed')).toBe(preset.names === 'reconstructed')
  })
})

test('a domain without preset is refused with the list of those there are', () => {
  expect(() => partonomyPreset('horse')).toThrow(UnknownPartonomyError)
  expect(() => partonomyPreset('horse')).toThrow('face, car, bird, cat, bedroom')
  expect(() => partonomyPreset('toString')).toThrow(UnknownPartonomyError)
})
