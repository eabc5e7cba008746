import { maximumBodies } from './limits.ts'

/**
 * In what queues differ. The interface leaves all of this open, and whoever reads a queue relies on none of it; the drivers
 * declare it, so that the contract suite can hold each to its word.
 */
export interface QueuePromises {
  /** Most bodies of one delivery; what is left comes with the next. */
  readonly bodies: number
  /** Whether a delivery whose time is up can still be ended, as long as it was not handed out again. */
  readonly endsLate: boolean
  /** Whether a message that was delayed often enough is set aside as one that failed is. */
  readonly delaysCount: boolean
}

/** Of the queues of one machine. */
export const localPromises: QueuePromises = Object.freeze({ bodies: maximumBodies, endsLate: true, delaysCount: false })
