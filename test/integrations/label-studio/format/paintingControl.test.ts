import { describe, expect, test } from 'vitest'
import { paintingKindFor } from '../../../../integrations/label-studio/format/index.ts'

describe('the kind that predictions should be painted in', () => {
  test('is the brush for few parts, whatever the image', () => {
    expect(paintingKindFor(12)).toBe('brush')
    expect(paintingKindFor(20, 1024 * 1024)).toBe('brush')
  })

  test('is the bitmask for many parts, on images where it opens faster', () => {
    expect(paintingKindFor(21)).toBe('bitmask')
    expect(paintingKindFor(60, 512 * 512)).toBe('bitmask')
    expect(paintingKindFor(60, 1024 * 1024)).toBe('brush')
  })
})
