import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gpuInstances, prices } from '../../cdk/prices.ts'
import { dollarsOf, idleItems } from '../../scripts/cost/idle.ts'
import { generating, withoutGpu } from '../../scripts/cost/images.ts'
import { interactiveBase, interactiveMonth } from '../../scripts/cost/interactive.ts'
import { machineHour } from '../../scripts/cost/machine.ts'

const root = join(import.meta.dirname, '../..')

test('docs/cost.md is what the script prints', () => {
  const printed = execFileSync(process.execPath, ['scripts/cost-table.ts'], { cwd: root, encoding: 'utf8' })
  expect(readFileSync(join(root, 'docs/cost.md'), 'utf8')).toBe(printed)
})

test('while nobody paints no GPU instance is paid, and what is paid is a few dollars', () => {
  expect(idleItems.find(({ what }) => what === 'GPU instances')).toMatchObject({ quantity: 0 })
  const [secrets] = idleItems.filter(({ what }) => what.startsWith('secrets'))
  expect(secrets && dollarsOf(secrets)).toBeCloseTo(0.8)
  const together = idleItems.reduce((sum, item) => sum + dollarsOf(item), 0)
  expect(together).toBeGreaterThan(4)
  expect(together).toBeLessThan(10)
})

test('an hour of a machine holds its disk and its address', () => {
  // 60 GB for 8 cents a month of 730 hours; half a cent for the address.
  expect(machineHour('g5.xlarge', 'on demand')).toBeCloseTo(1.006 + (60 * 0.08) / 730 + 0.005, 12)
  expect(machineHour('g5.xlarge', 'spot')).toBeCloseTo(0.503 + (60 * 0.08) / 730 + 0.005, 12)
})

test('images cost what their seconds cost', () => {
  const hours = (10_000 * 0.36) / 3600
  expect(hours).toBe(1)
  expect(generating('g4dn.xlarge', 'on demand', 0.36)).toBeCloseTo(machineHour('g4dn.xlarge', 'on demand'), 12)
  expect(generating('g4dn.xlarge', 'spot', 0.72)).toBeCloseTo(2 * machineHour('g4dn.xlarge', 'spot'), 12)
})

test('the rest of a run costs less than its GPU', () => {
  for (const { what, dollars } of withoutGpu()) {
    expect(dollars, what).toBeGreaterThan(0)
    expect(dollars, what).toBeLessThan(0.5)
  }
})

test('the interactive service costs its machine by the hour, and a load balancer always', () => {
  expect(interactiveMonth('g5.xlarge', 0)).toBe(interactiveBase())
  expect(interactiveMonth('g5.xlarge', 24) - interactiveBase()).toBeCloseTo(
    730 * machineHour('g5.xlarge', 'on demand'),
    9,
  )
})

test('each price is one, and names a page of AWS', () => {
  for (const [name, { dollars, page }] of Object.entries(prices)) {
    expect(dollars, name).toBeGreaterThan(0)
    expect(page, name).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9-]+\/pricing\/$/)
  }
  for (const { type, dollars } of gpuInstances) expect(dollars, type).toBeGreaterThan(0.1)
})
