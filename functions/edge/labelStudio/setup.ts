import { createHash } from 'node:crypto'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import { QueueRefusedError } from '../errors.ts'
import { sendEvent } from '../events.ts'
import type { Edge } from '../options.ts'

/** Label Studio asks twice on every save and once for every next task: of all these, one event a minute is enough. */
const quietMilliseconds = 60_000
const maximumRemembered = 1000

export interface SetupRequest {
  readonly project: string
  /** The label configuration. */
  readonly schema?: string | null | undefined
}

/**
 * Answers `/setup`: which version the project shows, from memory; and tells the queue that the project was connected or
 * may have changed.
 * @throws InvalidRecordError, StorageError when the version has to be read first
 */
export function openSetup(edge: Edge): (request: SetupRequest) => Promise<ModelVersion> {
  const told = new Map<string, number>()

  const isNews = (fingerprint: string, now: number): boolean => {
    const before = told.get(fingerprint)
    if (before !== undefined && now - before < quietMilliseconds) return false
    told.delete(fingerprint)
    told.set(fingerprint, now)
    const [oldest] = told.keys()
    if (told.size > maximumRemembered && oldest !== undefined) told.delete(oldest)
    return true
  }

  return async ({ project, schema }) => {
    const fingerprint = createHash('sha256')
      .update(`${project}\n${schema ?? ''}`)
      .digest('hex')
      .slice(0, 32)
    const now = edge.now().getTime()
    if (isNews(fingerprint, now)) {
      // Named by the minute, so that the queue recognizes what another process of the edge has sent already.
      const id = `setup-${fingerprint}-${Math.floor(now / quietMilliseconds)}`
      try {
        await sendEvent(edge, { platform: 'label-studio', id: project }, { id, kind: 'project' })
      } catch (error) {
        // A server takes any failure here for a broken backend; the log has it, and the next call tries again.
        if (!(error instanceof QueueRefusedError)) throw error
        told.delete(fingerprint)
      }
    }
    return await edge.served.of('label-studio', project)
  }
}
