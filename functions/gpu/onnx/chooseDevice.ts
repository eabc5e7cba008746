/** Finds the device to work on. What was asked for by name must work; `auto` takes the fastest that does. */
import { fork } from 'node:child_process'
import { z } from 'zod'
import { type Device, type DeviceChoice, DeviceError } from './device.ts'
import type { ProbeAnswer } from './deviceProbe.ts'

export interface DeviceTrial {
  readonly device: Device
  readonly works: boolean
  /** How fast it is, or why it does not work and what to do. */
  readonly message: string
  /** Milliseconds of the probe's graph, where it works. */
  readonly milliseconds?: number
}

export interface ChosenDevice {
  readonly device: Device
  /** One sentence for the person who waits. */
  readonly reason: string
  /** In the order in which they were tried. */
  readonly tried: readonly DeviceTrial[]
}

/** How often WebGPU must be as fast as the processor: devices in software never are. */
const clearAdvantage = 1.5
/** Milliseconds after which a device that does not answer counts as broken. */
const patience = 30_000

/**
 * @param choice what a person asked for, say in SIXTEEN_DEVICE, as `DeviceChoice` reads it
 * @param attempt tries one device
 * @throws DeviceError where a device that was asked for by name does not work, never a silent fallback
 */
export async function chooseDevice(
  choice: DeviceChoice,
  attempt: (device: Device) => Promise<DeviceTrial> = tryDevice,
): Promise<ChosenDevice> {
  if (choice !== 'auto') {
    const trial = await attempt(choice)
    if (!trial.works) throw new DeviceError(trial.message)
    return { device: choice, reason: `${choice} was asked for, and works`, tried: [trial] }
  }
  const [cuda, webgpu] = await Promise.all([attempt('cuda'), attempt('webgpu')])
  if (cuda.works) return { device: 'cuda', reason: 'CUDA works here', tried: [cuda, webgpu] }
  if (!webgpu.works) {
    const reason = 'neither CUDA nor WebGPU works here: the processor does the work'
    return { device: 'cpu', reason, tried: [cuda, webgpu] }
  }
  const cpu = await attempt('cpu')
  const tried = [cuda, webgpu, cpu]
  if (!cpu.works) return { device: 'webgpu', reason: 'WebGPU is the only device that works here', tried }
  const [onWebgpu = Number.NaN, onCpu = Number.NaN] = [webgpu.milliseconds, cpu.milliseconds]
  const times = `the probe took ${onWebgpu.toFixed(1)} ms on WebGPU and ${onCpu.toFixed(1)} ms on the processor`
  return onWebgpu * clearAdvantage <= onCpu
    ? { device: 'webgpu', reason: times, tried }
    : { device: 'cpu', reason: `${times}: no clear advantage, it may be a device in software`, tried }
}

const Answer: z.ZodType<ProbeAnswer> = z.union([
  z.object({ milliseconds: z.number().positive() }),
  z.object({ error: z.string() }),
])

/** Runs a small graph on a device, in a process of its own: a driver that crashes takes only that one with it. */
export function tryDevice(device: Device): Promise<DeviceTrial> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const child = fork(new URL(`./deviceProbe.${extension}`, import.meta.url), [device], {
    // What drivers write there would only frighten: the answer says what matters.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    timeout: patience,
  })
  return new Promise((resolve) => {
    const fails = (message: string): void => resolve({ device, works: false, message })
    child.once('message', (message) => {
      const answer = Answer.safeParse(message)
      if (!answer.success) fails(`the probe of ${device} gave no answer that makes sense`)
      else if ('error' in answer.data) fails(answer.data.error)
      else {
        const { milliseconds } = answer.data
        resolve({ device, works: true, message: `works: ${milliseconds.toFixed(1)} ms for the probe`, milliseconds })
      }
    })
    child.once('error', (error) => fails(`the probe of ${device} could not be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      const end = signal === null ? `with code ${code}` : `by ${signal}`
      fails(
        `${device} does not work here: its driver ended the probe ${end}. Choose another device with SIXTEEN_DEVICE`,
      )
    })
  })
}
