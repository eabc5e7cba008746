/** Prints docs/cost.md: `node scripts/cost-table.ts > docs/cost.md`. */
import {
  gpuInstances,
  gpuInstancesPage,
  hoursPerMonth,
  prices,
  pricesDate,
  pricesRegion,
  spotOfOnDemand,
  spotPage,
} from '../cdk/prices.ts'
import { dollarsOf, idleItems } from './cost/idle.ts'
import { assumed, generating, gpuOverhead, images, withoutGpu } from './cost/images.ts'
import { interactiveBase, interactiveMonth } from './cost/interactive.ts'

/** What one machine may take for an image; no more than a row of the table. */
const seconds = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export function costDocument(): string {
  const types = gpuInstances.map(({ type }) => type)
  const both = (dollars: (market: 'on demand' | 'spot') => number): string =>
    `${cents(dollars('on demand'))} / ${cents(dollars('spot'))}`
  const rest = withoutGpu()
  return `# What a deployment costs

Computed from public list prices of AWS in ${pricesRegion}, in US dollars without taxes, as they were written down by hand on
${pricesDate} (\`cdk/prices.ts\`). **Check them before you rely on them**: AWS changes prices, other regions have others, and
nobody has compared this page with a bill yet. \`node scripts/cost-table.ts > docs/cost.md\` writes it anew.

## While nobody paints, a month

One connected project, 10 GB of data. No machine runs: neither a GPU instance nor a container, load balancer or NAT gateway.
The last column is for an account in which nothing else uses the free tier that does not end.

${table(
  ['what', 'a month', 'each', 'dollars', 'with the free tier'],
  [
    ...idleItems.map((item) => [
      item.what,
      count(item.quantity),
      item.quantity === 0 ? '' : small(item.price.dollars),
      cents(dollarsOf(item)),
      cents(item.isFree ? 0 : dollarsOf(item)),
    ]),
    [
      '**together**',
      '',
      '',
      `**${cents(sum(idleItems.map(dollarsOf)))}**`,
      `**${cents(sum(idleItems.filter(({ isFree }) => !isFree).map(dollarsOf)))}**`,
    ],
  ],
)}

Each further project adds its looks (\`reconcileMinutes\`), each further GB of data ${small(prices.s3GbMonth.dollars)} a month.

## ${images.toLocaleString('en')} labelled images

The machines' time, by the seconds that one machine takes for an image: on demand / spot. An hour holds the instance, its
60 GB disk and its public address. Several machines share the images; together they take the same time, and cost the same.

${table(
  ['seconds for an image', ...gpuInstances.map(({ type, gpu }) => `${type} (${gpu})`)],
  seconds.map((each) => [String(each), ...types.map((type) => both((market) => generating(type, market, each)))]),
)}

**No GPU has been measured yet.** [benchmarks.md](benchmarks.md) has times of a processor with two cores: 0.016 s for an image
of 128² with the student, 0.84 s for one of 512² with the student, 2.5 s with the ensemble. A GPU is faster; take the row
that your own measurement gives.

A run has to be paid whatever the number of its images is:

${table(
  ['the rest of the run', ...types],
  [
    [
      `GPU: train ${assumed.trainMinutes} min, evaluate ${assumed.evaluateMinutes} min, start a machine ${assumed.gpuJobs} × ${assumed.startMinutes} min`,
      ...types.map((type) => both((market) => gpuOverhead(type, market))),
    ],
    ...rest.map(({ what, dollars }) => [what, ...types.map(() => cents(dollars))]),
    [
      '**together**',
      ...types.map(
        (type) => `**${both((market) => gpuOverhead(type, market) + sum(rest.map(({ dollars }) => dollars)))}**`,
      ),
    ],
  ],
)}

Minutes and numbers of requests are assumptions. So is the price of spot instances, ${100 * spotOfOnDemand} % of the price on demand: it
changes by the hour and the zone. Traffic from AWS to browsers is free up to 100 GB a month for each account.

## The interactive service, a month

\`-c interactive=true\`: a machine on demand, and ${cents(interactiveBase())} for load balancer, its addresses and Container Insights, which
stay when the machine is gone.

${table(
  ['hours of each day', ...types],
  [24, 12, 8].map((hours) => [String(hours), ...types.map((type) => cents(interactiveMonth(type, hours)))]),
)}

## Prices

A month has ${hoursPerMonth} hours.

${table(
  ['dollars', 'for each', 'page'],
  [
    ...Object.values(prices).map(({ dollars, per, page }) => [small(dollars), per, page]),
    ...gpuInstances.map(({ type, dollars }) => [small(dollars), `hour of ${type}`, gpuInstancesPage]),
    [`${100 * spotOfOnDemand} % of that`, 'hour as a spot instance (assumed)', spotPage],
  ],
)}
`
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const cents = (dollars: number): string => dollars.toFixed(2)
const count = (quantity: number): string => quantity.toLocaleString('en', { maximumFractionDigits: 2 })
/** Without the digits that nobody needs, and without an exponent. */
const small = (dollars: number): string =>
  String(Number(dollars.toPrecision(6)).toFixed(10))
    .replace(/0+$/, '')
    .replace(/\.$/, '')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}

if (import.meta.main) process.stdout.write(costDocument())
