import { readFileSync } from 'node:fs'
import { z } from 'zod'

const Recording = z.object({
  method: z.enum(['GET', 'POST']),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.record(z.string(), z.unknown()).nullable(),
})

/** A request that a Label Studio server 1.23.2 sent to a backend at `/k/SECRET`. */
export function recorded(name: string): z.infer<typeof Recording> {
  const file = new URL(`../../fixtures/label-studio/${name}.json`, import.meta.url)
  return Recording.parse(JSON.parse(readFileSync(file, 'utf8')))
}
