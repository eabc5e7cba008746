/**
 * Public list prices of AWS, written down by hand: docs/cost.md is computed from them. AWS changes them, and other regions
 * have others; what counts is the page that is named.
 */

export interface Price {
  readonly dollars: number
  /** What it is paid for. */
  readonly per: string
  /** Where AWS publishes it. */
  readonly page: string
}

/** When they were written down. */
export const pricesDate = '2026-11-25'
export const pricesRegion = 'us-east-1'

/** AWS computes months so. */
export const hoursPerMonth = 730

const lambda = 'https://aws.amazon.com/lambda/pricing/'
const sqs = 'https://aws.amazon.com/sqs/pricing/'
const s3 = 'https://aws.amazon.com/s3/pricing/'
const cloudWatch = 'https://aws.amazon.com/cloudwatch/pricing/'
const fargate = 'https://aws.amazon.com/fargate/pricing/'
const balancer = 'https://aws.amazon.com/elasticloadbalancing/pricing/'

export const prices = {
  lambdaGbSecond: { dollars: 0.000_013_333_4, per: 'GB-second on arm64', page: lambda },
  lambdaRequest: { dollars: 0.2 / 1e6, per: 'request', page: lambda },
  httpApiRequest: { dollars: 1 / 1e6, per: 'request', page: 'https://aws.amazon.com/api-gateway/pricing/' },
  sqsFifoRequest: { dollars: 0.5 / 1e6, per: 'request', page: sqs },
  s3GbMonth: { dollars: 0.023, per: 'GB-month', page: s3 },
  s3Write: { dollars: 0.005 / 1e3, per: 'PUT or LIST', page: s3 },
  s3Read: { dollars: 0.0004 / 1e3, per: 'GET', page: s3 },
  stateTransition: {
    dollars: 0.025 / 1e3,
    per: 'state transition',
    page: 'https://aws.amazon.com/step-functions/pricing/',
  },
  alarmMonth: { dollars: 0.1, per: 'alarm and month', page: cloudWatch },
  dashboardMonth: { dollars: 3, per: 'dashboard and month', page: cloudWatch },
  metricMonth: { dollars: 0.3, per: 'metric and month', page: cloudWatch },
  logGb: { dollars: 0.5, per: 'GB of log', page: cloudWatch },
  secretMonth: { dollars: 0.4, per: 'secret and month', page: 'https://aws.amazon.com/secrets-manager/pricing/' },
  imageGbMonth: { dollars: 0.1, per: 'GB-month', page: 'https://aws.amazon.com/ecr/pricing/' },
  fargateVcpuHour: { dollars: 0.040_48, per: 'vCPU-hour on x86', page: fargate },
  fargateGbHour: { dollars: 0.004_445, per: 'GB-hour of memory', page: fargate },
  fargateDiskGbHour: { dollars: 0.000_111, per: 'GB-hour of disk above 20 GB', page: fargate },
  diskGbMonth: { dollars: 0.08, per: 'GB-month of gp3', page: 'https://aws.amazon.com/ebs/pricing/' },
  publicAddressHour: {
    dollars: 0.005,
    per: 'public IPv4 address and hour',
    page: 'https://aws.amazon.com/vpc/pricing/',
  },
  balancerHour: { dollars: 0.0225, per: 'load balancer and hour', page: balancer },
  balancerUnitHour: { dollars: 0.008, per: 'capacity unit (LCU) and hour', page: balancer },
} as const satisfies Record<string, Price>

/** Of GPU instances with four vCPUs, on demand, for an hour of Linux. */
export const gpuInstances = [
  { type: 'g4dn.xlarge', gpu: 'T4, 16 GB', dollars: 0.526 },
  { type: 'g5.xlarge', gpu: 'A10G, 24 GB', dollars: 1.006 },
  { type: 'g6.xlarge', gpu: 'L4, 24 GB', dollars: 0.8048 },
  { type: 'g6e.xlarge', gpu: 'L40S, 48 GB', dollars: 1.861 },
] as const
export const gpuInstancesPage = 'https://aws.amazon.com/ec2/pricing/on-demand/'

/** What spot instances cost of the price on demand: an assumption, since it changes by the hour and the zone. */
export const spotOfOnDemand = 0.5
export const spotPage = 'https://aws.amazon.com/ec2/spot/pricing/'
