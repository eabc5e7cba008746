import { describe, expect, test } from 'vitest'
import { cost } from '../../../../functions/factory/report/cost.ts'
import { humanMinutes } from '../../../../functions/gpu/jobs/reportFacts.ts'
import type { Annotation } from '../../../../schemas/annotation.ts'
import { reportOfPaintings } from '../../factory/report/reportOfPaintings.ts'

const painted = (effort?: Annotation['effort']) => ({
  annotation: {
    schemaVersion: 1 as const,
    sample: 'avatars-s1-t1',
    source: 'somewhere',
    updatedAt: '2030-01-01T00:00:00.000Z',
    sha256: 'a'.repeat(64),
    ...(effort === undefined ? {} : { effort }),
  },
})
const drawn = (seconds: number | undefined, regions: number, untouched = 0) =>
  painted({
    ...(seconds === undefined ? {} : { seconds }),
    drawnRegions: regions,
    changedRegions: 0,
    untouchedRegions: untouched,
  })
const assumed = { minutesPerImage: undefined, assumedMinutesPerImage: 4 }

describe('minutes that a person needs', () => {
  test('are assumed where nothing was measured', () => {
    expect(humanMinutes([painted(), drawn(undefined, 3), drawn(0, 1)], assumed)).toEqual({ minutesPerImage: 4 })
  })

  test('are the mean of those measured; regions left as predicted are no human work', () => {
    expect(humanMinutes([drawn(60, 5), drawn(180, 4, 7), painted(), drawn(undefined, 1)], assumed)).toEqual({
      minutesPerImage: 2,
      measured: { paintings: 2, minutes: 4, humanRegions: 10, untouchedRegions: 7 },
    })
  })

  test('are those asked for, whatever was measured', () => {
    expect(humanMinutes([drawn(60, 5)], { ...assumed, minutesPerImage: 9 })).toMatchObject({ minutesPerImage: 9 })
  })
})

test('the report says where they come from', async () => {
  const report = await reportOfPaintings(new URL('../../../../models/avatars/seeds/', import.meta.url), [100, 101])
  expect(String(await cost(report))).toContain('assumptions')
  const measured = { paintings: 16, minutes: 32, humanRegions: 140, untouchedRegions: 20 }
  const text = String(await cost({ ...report, cost: { ...report.cost, measured } }))
  for (const words of ['measured 32 min', '16 paintings', '140 regions', 'no human work']) expect(text).toContain(words)
})
