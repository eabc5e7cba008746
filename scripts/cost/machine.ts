import { gpuInstances, hoursPerMonth, prices, spotOfOnDemand } from '../../cdk/prices.ts'

export type GpuInstance = (typeof gpuInstances)[number]['type']

/** GB of the disk that each machine has (cdk/constructs/gpuMachines.ts). */
const diskGb = 60

/** Dollars of an hour in which a GPU instance runs: with its disk and its public address. */
export function machineHour(type: GpuInstance, market: 'on demand' | 'spot'): number {
  const { dollars } = gpuInstances.find((instance) => instance.type === type) ?? { dollars: Number.NaN }
  const disk = (diskGb * prices.diskGbMonth.dollars) / hoursPerMonth
  return dollars * (market === 'spot' ? spotOfOnDemand : 1) + disk + prices.publicAddressHour.dollars
}
