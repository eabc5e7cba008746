/**
 * SQS takes XML's characters alone, and no empty message. Bodies that it would refuse travel as JSON strings; JSON objects,
 * such as events are, travel as they are.
 */
import { z } from 'zod'

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (MessageBody) */
const carried = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]+$/u
const escaped = '"'

export function encodeBody(body: string): string {
  if (carried.test(body) && !body.startsWith(escaped)) return body
  // JSON's own escapes leave these two as they are.
  return JSON.stringify(body).replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff')
}

/** Text that no driver of ours sent is a body as it stands. */
export function decodeBody(text: string): string {
  if (!text.startsWith(escaped)) return text
  try {
    return z.string().parse(JSON.parse(text))
  } catch {
    return text
  }
}
