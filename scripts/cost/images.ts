import { prices } from '../../cdk/prices.ts'
import { type GpuInstance, machineHour } from './machine.ts'

export const images = 10_000

/** What a run takes beside its images: assumptions, until they are measured. */
export const assumed = {
  /** GPU jobs of a run, each on a machine that has to start and to load the image first. */
  gpuJobs: 3,
  startMinutes: 6,
  trainMinutes: 20,
  evaluateMinutes: 5,
  /** Curating and publishing together, on Fargate: 2 vCPUs, 8 GB, 30 GB of disk. */
  fargateMinutes: 20,
} as const

/** Dollars for GPU time of 10,000 labelled images. @param secondsPerImage of one machine */
export const generating = (type: GpuInstance, market: 'on demand' | 'spot', secondsPerImage: number): number =>
  ((images * secondsPerImage) / 3600) * machineHour(type, market)

/** Dollars of the rest of the run: training, evaluating, starting machines. */
export const gpuOverhead = (type: GpuInstance, market: 'on demand' | 'spot'): number =>
  ((assumed.gpuJobs * assumed.startMinutes + assumed.trainMinutes + assumed.evaluateMinutes) / 60) *
  machineHour(type, market)

/** Dollars of the run that do not depend on the machine. */
export function withoutGpu(): { readonly what: string; readonly dollars: number }[] {
  const { fargateVcpuHour, fargateGbHour, fargateDiskGbHour, publicAddressHour } = prices
  const fargateHour =
    2 * fargateVcpuHour.dollars + 8 * fargateGbHour.dollars + 10 * fargateDiskGbHour.dollars + publicAddressHour.dollars
  return [
    { what: 'Fargate: curate and publish', dollars: (assumed.fargateMinutes / 60) * fargateHour },
    // An image and a label map for each, and the record of a shard now and then.
    { what: 'S3: 21,000 objects written', dollars: 2.1 * images * prices.s3Write.dollars },
    { what: 'S3: each read twice', dollars: 4.2 * images * prices.s3Read.dollars },
    { what: 'Step Functions: 12 state transitions', dollars: 12 * prices.stateTransition.dollars },
    { what: 'API and functions: 2,000 requests of 0.2 s', dollars: 2000 * requestDollars },
    { what: 'logs: 0.05 GB', dollars: 0.05 * prices.logGb.dollars },
  ]
}

/** A call of the web app: the API, and 0.2 s of a function with 1 GB. */
const requestDollars =
  prices.httpApiRequest.dollars + prices.lambdaRequest.dollars + 0.2 * prices.lambdaGbSecond.dollars
