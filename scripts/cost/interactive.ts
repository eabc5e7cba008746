import { hoursPerMonth, prices } from '../../cdk/prices.ts'
import { type GpuInstance, machineHour } from './machine.ts'

/** A public load balancer has an address in each of three zones. */
const addresses = 3
/** Container Insights of one service and one task: an assumption. */
const metrics = 25

/** Dollars a month of what is there whether the machine runs or not. */
export const interactiveBase = (): number =>
  hoursPerMonth *
    (prices.balancerHour.dollars + prices.balancerUnitHour.dollars + addresses * prices.publicAddressHour.dollars) +
  metrics * prices.metricMonth.dollars

/** Dollars a month with a machine that runs so many hours of each day. */
export const interactiveMonth = (type: GpuInstance, hoursOfDay: number): number =>
  interactiveBase() + (hoursOfDay / 24) * hoursPerMonth * machineHour(type, 'on demand')
