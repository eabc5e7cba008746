import { type Message, QueueError } from './index.ts'

/** What every driver promises alike; the interface (index.ts) says what for. */

/** Milliseconds in which an id that comes again is taken for a repetition. */
export const repetitionMilliseconds = 5 * 60_000
/** Bodies of one delivery: what is left comes with the next. */
export const maximumBodies = 1000
/** Deliveries of a message that nobody ended or delayed in time, before it is set aside. */
export const maximumFailures = 10
/** Twelve hours: what a queue in the cloud allows. */
const maximumSeconds = 43_200
const maximumBytes = 4096

const name = /^[A-Za-z0-9._-]{1,128}$/

function checkName(what: string, text: string): void {
  if (name.test(text)) return
  throw new QueueError(
    `The message's ${what} is ${JSON.stringify(text.slice(0, 150))}; 1 to 128 letters, digits and . _ - are needed.`,
  )
}

/** @throws QueueError for a message that no queue takes */
export function checkMessage({ group, id, body }: Message): void {
  checkName('group', group)
  checkName('id', id)
  const bytes = Buffer.byteLength(body)
  if (bytes > maximumBytes) {
    throw new QueueError(
      `The message ${id} has ${bytes} bytes; a queue takes ${maximumBytes}. Send ids, and let the reader look up the rest.`,
    )
  }
  if (!body.isWellFormed()) {
    throw new QueueError(`The message ${id} holds half a surrogate pair, which UTF-8 cannot carry. Send it as JSON.`)
  }
}

/** @throws QueueError unless it is a number of seconds that queues can wait */
export function checkSeconds(what: string, seconds: number, least: number): void {
  if (seconds >= least && seconds <= maximumSeconds) return
  throw new QueueError(`${what} is ${seconds} seconds; ${least} to ${maximumSeconds} are possible.`)
}
