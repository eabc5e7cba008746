import { z } from 'zod'

/** Where graphs run. */
export type Device = 'cpu' | 'cuda' | 'webgpu'

/** What a person may ask for: a device, or the fastest that works here. */
export const DeviceChoice = z.enum(['auto', 'cpu', 'cuda', 'webgpu'], {
  error: (issue) => `SIXTEEN_DEVICE must be auto, cpu, cuda or webgpu, not ${JSON.stringify(issue.input)}`,
})
export type DeviceChoice = z.infer<typeof DeviceChoice>

/** A device that was asked for by name cannot be used. There is never a silent fallback. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError'
}

/** A graph was refused or failed while it ran. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}
