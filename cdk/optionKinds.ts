/** What options can be. On the command line all of them are texts; in a file they may be numbers and lists. */
import { z } from 'zod'

const asNumber = (value: unknown): unknown => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value)

export const whole = (lowest: number, highest: number, step = 1) =>
  z.preprocess(asNumber, z.number().int().min(lowest).max(highest).multipleOf(step))

export const share = z.preprocess(asNumber, z.number().min(0).max(1))

/** Hour of the day in UTC; 24 is the end of it. */
export const hour = whole(0, 24)

export const text = z.string().trim().min(1, 'give a value, or leave it out')

export const yesOrNo = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('true or false'),
)

/** Separated by commas. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z.array(item).min(1),
  )

export const instanceType = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type, such as g5.xlarge')

export const cidr = z.cidrv4('a block of addresses, such as 203.0.113.0/24')
