import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { chooseDevice, type DeviceTrial, tryDevice } from '../../../../functions/gpu/onnx/chooseDevice.ts'
import { type Device, DeviceChoice, DeviceError } from '../../../../functions/gpu/onnx/device.ts'

/** Devices by the milliseconds that they need; those that are left out do not work. */
function machine(times: Partial<Record<Device, number>>) {
  const tried: Device[] = []
  const attempt = async (device: Device): Promise<DeviceTrial> => {
    tried.push(device)
    const milliseconds = times[device]
    return milliseconds === undefined
      ? { device, works: false, message: `${device} is broken: buy another` }
      : { device, works: true, message: 'works', milliseconds }
  }
  return { attempt, tried }
}

describe('auto', () => {
  const choose = (times: Partial<Record<Device, number>>) => chooseDevice('auto', machine(times).attempt)

  test('takes CUDA where it works', async () => {
    expect(await choose({ cuda: 1, webgpu: 0.5, cpu: 10 })).toMatchObject({ device: 'cuda', reason: 'CUDA works here' })
  })

  test('takes WebGPU where it is clearly faster than the processor', async () => {
    const { device, reason, tried } = await choose({ webgpu: 2, cpu: 10 })
    expect(device).toBe('webgpu')
    expect(reason).toBe('the probe took 2.0 ms on WebGPU and 10.0 ms on the processor')
    expect(tried.map(({ device, works }) => [device, works])).toEqual([
      ['cuda', false],
      ['webgpu', true],
      ['cpu', true],
    ])
  })

  test.each([8, 10, 2000])(
    'leaves a WebGPU device alone that needs %d ms where the processor needs 10',
    async (webgpu) => {
      const { device, reason } = await choose({ webgpu, cpu: 10 })
      expect(device).toBe('cpu')
      expect(reason).toContain(`${webgpu}.0 ms on WebGPU and 10.0 ms on the processor: no clear advantage`)
    },
  )

  test('takes the processor where nothing else works, and says what was tried', async () => {
    const { device, reason, tried } = await choose({ cpu: 10 })
    expect(device).toBe('cpu')
    expect(reason).toBe('neither CUDA nor WebGPU works here: the processor does the work')
    expect(tried.map(({ message }) => message)).toEqual([
      'cuda is broken: buy another',
      'webgpu is broken: buy another',
    ])
  })
})

describe('a device by name', () => {
  test('is taken when it works, without a look at the others', async () => {
    const { attempt, tried } = machine({ webgpu: 2000, cpu: 1 })
    expect(await chooseDevice('webgpu', attempt)).toMatchObject({ device: 'webgpu' })
    expect(tried).toEqual(['webgpu'])
  })

  test.each(['cuda', 'webgpu', 'cpu'] as const)(
    'that does not work is a DeviceError, never another device: %s',
    async (device) => {
      const { attempt, tried } = machine({ ...{ cuda: 1, webgpu: 1, cpu: 1 }, [device]: undefined })
      await expect(chooseDevice(device, attempt)).rejects.toThrow(new DeviceError(`${device} is broken: buy another`))
      expect(tried).toEqual([device])
    },
  )

  test.each(['CPU', 'gpu', ''])('that nobody knows is refused when SIXTEEN_DEVICE is read: %j', (value) => {
    expect(() => DeviceChoice.parse(value)).toThrow(
      `SIXTEEN_DEVICE must be auto, cpu, cuda or webgpu, not \\"${value}\\"`,
    )
  })
})

test('the processor is tried by running a graph', async () => {
  const { works, message, milliseconds } = await tryDevice('cpu')
  expect({ works, message }).toEqual({
    works: true,
    message: expect.stringMatching(/^works: \d+\.\d ms for the probe$/),
  })
  expect(milliseconds).toBeGreaterThan(0)
})

describe('a device that is not there is a DeviceError that says what it needs', () => {
  /** Graphics drivers and NVIDIA cards are hidden from the program, whatever this machine has. */
  const hidden = {
    ...process.env,
    LD_LIBRARY_PATH: '',
    VK_DRIVER_FILES: '/none',
    VK_ICD_FILENAMES: '/none',
    CUDA_VISIBLE_DEVICES: '-1',
  }
  const program = new URL('./openDevice.ts', import.meta.url).pathname

  test.each([
    [
      'webgpu',
      /^WebGPU does not work here: it needs a GPU .* Choose another device with SIXTEEN_DEVICE\. ONNX Runtime says: \S/,
    ],
    [
      'cuda',
      /^CUDA does not work here: it needs an NVIDIA driver.* Choose another device with SIXTEEN_DEVICE\. ONNX Runtime says: \S/,
    ],
  ])('%s', async (device, message) => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, device], { env: hidden })
    expect(JSON.parse(stdout)).toEqual({ name: 'DeviceError', message: expect.stringMatching(message) })
  })
})
