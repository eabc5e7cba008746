/** What the main thread and the session worker say to each other. */
import type { Device } from './device.ts'
import type { HostTensor } from './hostTensor.ts'

/** A feed: a tensor sent along, or the number of one that stays in the worker. */
export type Feed = HostTensor | { readonly kept: number }

export type Request =
  | { readonly kind: 'load'; readonly model: Uint8Array; readonly device: Device; readonly threads: number }
  | {
      readonly kind: 'run'
      readonly session: number
      readonly feeds: Readonly<Record<string, Feed>>
      /** Results that stay in the worker; all others come back. */
      readonly keep: readonly string[]
    }
  | { readonly kind: 'release'; readonly session: number }
  | { readonly kind: 'keep'; readonly tensor: HostTensor }
  | { readonly kind: 'fetch'; readonly kept: number }
  | { readonly kind: 'drop'; readonly kept: readonly number[] }

export interface Answers {
  readonly load: { readonly session: number; readonly runtimeVersion: string }
  readonly run: {
    readonly results: Readonly<Record<string, HostTensor>>
    readonly kept: Readonly<Record<string, number>>
  }
  readonly release: null
  readonly keep: { readonly kept: number }
  readonly fetch: { readonly tensor: HostTensor }
  readonly drop: null
}

export interface Envelope {
  readonly id: number
  readonly request: Request
}

export type Reply =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
