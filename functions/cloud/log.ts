import type { ReactorLog } from '../reactor/context.ts'

interface Output {
  write(text: string): unknown
}

/** Lines of JSON, as CloudWatch reads them. */
export function logTo(output: Output, now: () => Date): ReactorLog {
  const write = (level: string, fields: object, message: string): void => {
    output.write(`${JSON.stringify({ level, time: now().toISOString(), ...plain(fields), message })}\n`)
  }
  return {
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
  }
}

/** An error's fields are not enumerable; of its own ones some libraries keep whole requests there. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value,
    ]),
  )
}

/**
 * A line that CloudWatch also takes as metrics.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function countTo(
  output: Output,
  now: () => Date,
): (values: Readonly<Record<string, number>>, dimensions: Readonly<Record<string, string>>, unit?: MetricUnit) => void {
  return (values, dimensions, unit = 'Count') => {
    const names = Object.keys(values)
    const directive = {
      Namespace: 'Sixteen',
      Dimensions: [Object.keys(dimensions)],
      Metrics: names.map((Name) => ({ Name, Unit: unit })),
    }
    const line = { _aws: { Timestamp: now().getTime(), CloudWatchMetrics: [directive] }, ...dimensions, ...values }
    output.write(`${JSON.stringify(line)}\n`)
  }
}
export type MetricUnit = 'Count' | 'Seconds' | 'Bytes' | 'None'
