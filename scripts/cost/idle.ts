import { type Price, prices } from '../../cdk/prices.ts'

/** Something that is paid while nobody paints. */
export interface IdleItem {
  readonly what: string
  /** A month. */
  readonly quantity: number
  readonly price: Price
  /** Whether AWS's free tier that does not end covers it, in an account that has nothing else. */
  readonly isFree: boolean
}

/** How many of them the deployment makes; a test compares them with the template. */
export const madeOf = { secrets: 2, alarms: 5, dashboards: 1 } as const

const daysPerMonth = 30
/** Lambda asks a queue for messages with five connections, each of which waits up to 20 seconds. */
const polls = (5 * daysPerMonth * 86_400) / 20
/** One look at one project, and one round of the timer, each quarter of an hour. */
const looks = daysPerMonth * 24 * 4

/** Of a deployment with one connected project, 10 GB of data, and an image that was built here. */
export const idleItems: readonly IdleItem[] = [
  { what: 'GPU instances', quantity: 0, price: { dollars: 0, per: 'hour', page: '' }, isFree: true },
  { what: 'secrets: access key, token', quantity: madeOf.secrets, price: prices.secretMonth, isFree: false },
  { what: 'alarms', quantity: madeOf.alarms, price: prices.alarmMonth, isFree: true },
  { what: 'dashboard', quantity: madeOf.dashboards, price: prices.dashboardMonth, isFree: true },
  { what: 'metrics of its own: events, looks', quantity: 2, price: prices.metricMonth, isFree: true },
  { what: 'the queue is asked for events', quantity: polls, price: prices.sqsFifoRequest, isFree: true },
  { what: 'timer and reactor are called', quantity: 2 * looks, price: prices.lambdaRequest, isFree: true },
  // 0.25 GB for one second and 1 GB for three seconds.
  { what: 'timer and reactor run', quantity: looks * (0.25 + 3), price: prices.lambdaGbSecond, isFree: true },
  { what: 'looks read records', quantity: 20 * looks, price: prices.s3Read, isFree: false },
  { what: 'looks list and write records', quantity: 4 * looks, price: prices.s3Write, isFree: false },
  { what: 'logs of looks, GB', quantity: 0.02, price: prices.logGb, isFree: true },
  { what: 'data, GB', quantity: 10, price: prices.s3GbMonth, isFree: false },
  { what: 'image in the registry, GB (none with `-c image`)', quantity: 4, price: prices.imageGbMonth, isFree: false },
]

export const dollarsOf = ({ quantity, price }: IdleItem): number => quantity * price.dollars
