import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../integrations/storage/keys.ts'
import type { Workflow } from '../../integrations/workflow/index.ts'
import type { Generator, Platform } from '../../schemas/project.ts'
import type { ProjectDefaults } from '../../schemas/projectDefaults.ts'
import type { PublishingTimes } from '../publishing/place.ts'

/** Who hears of what the reactor does. pino's loggers fit. */
export interface ReactorLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What the reactor works with; all of it is handed in. */
export interface ReactorContext {
  readonly store: Store
  readonly workflow: Workflow
  /** The platform's driver; undefined where none is set up. */
  readonly platformOf: (name: Platform) => AnnotationPlatform | undefined
  /** The generator of projects that are new. */
  readonly defaultGenerator: () => Promise<Generator>
  /** What differs from the defaults in projects that are new. */
  readonly defaults?: ProjectDefaults | undefined
  readonly times: PublishingTimes
  readonly now: () => Date
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>
  readonly newId: () => string
  readonly log: ReactorLog
  readonly signal?: AbortSignal | undefined
}

/** A project that the reactor looks at. */
export interface ReactorPlace extends ReactorContext {
  readonly keys: ProjectKeys
  readonly platform: AnnotationPlatform
  /** The platform's project. */
  readonly project: string
}
