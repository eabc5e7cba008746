import { constants } from 'node:fs'
import { access, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { readEmbeddedGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { chooseDevice, type DeviceTrial, tryDevice } from '../../functions/gpu/onnx/chooseDevice.ts'
import { DeviceError } from '../../functions/gpu/onnx/device.ts'
import { packageVersion } from '../../integrations/packageFiles.ts'
import { explain } from '../errors.ts'
import { type SharedOptions, withSharedOptions } from '../options.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly message: string
}

/** Below these, the demo or a dataset of a few thousand images does not fit. */
const neededBytes = { memory: 2 * 2 ** 30, disk: 2 ** 30 }

interface DoctorOptions extends SharedOptions {
  readonly dir: string
}

export const doctor = withSharedOptions(
  new Command('doctor')
    .description('say what works here: devices, versions, memory, disk, write access')
    .option('--dir <dir>', 'folder to check for space and write access', '.'),
)
  .addHelpText('after', '\nExamples:\n  sixteen doctor\n  sixteen doctor --device cuda --json\n')
  .action(async ({ device, json, dir }: DoctorOptions) => {
    const trials = await Promise.all((['cpu', 'webgpu', 'cuda'] as const).map((name) => tryDevice(name)))
    const chosen = await chooseDevice(
      device,
      async (name) => trials.find((trial) => trial.device === name) ?? tryDevice(name),
    ).catch((error: unknown) => {
      if (error instanceof DeviceError) return error
      throw error
    })
    const checks = [
      { name: 'Sixteen', ok: true, message: `${packageVersion()}, Node ${process.versions.node}` },
      { name: 'Processor', ok: true, message: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} threads` },
      chosen instanceof DeviceError
        ? { name: 'Device', ok: false, message: chosen.message }
        : { name: 'Device', ok: true, message: `${chosen.device}: ${chosen.reason}` },
      memoryCheck(),
      await diskCheck(resolve(dir)),
      await writeCheck(resolve(dir)),
      await generatorCheck(),
    ]
    if (json) console.log(JSON.stringify({ checks, devices: trials }))
    else console.log(format(checks, trials))
    if (checks.some(({ ok }) => !ok)) process.exitCode = 1
  })

function memoryCheck(): Check {
  const ok = freemem() >= neededBytes.memory
  const message = `${gibibytes(freemem())} of ${gibibytes(totalmem())} free`
  return {
    name: 'Memory',
    ok,
    message: ok ? message : `${message}: at least ${gibibytes(neededBytes.memory)} are needed`,
  }
}

async function diskCheck(folder: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    const ok = free >= neededBytes.disk
    const message = `${gibibytes(free)} free in ${folder}`
    return {
      name: 'Disk',
      ok,
      message: ok ? message : `${message}: at least ${gibibytes(neededBytes.disk)} are needed`,
    }
  } catch (error) {
    return { name: 'Disk', ok: false, message: explain(error) }
  }
}

async function writeCheck(folder: string): Promise<Check> {
  try {
    await access(folder, constants.W_OK)
    const own = await mkdtemp(join(folder, '.sixteen-doctor-'))
    await writeFile(join(own, 'probe'), 'probe')
    await rm(own, { recursive: true })
    return { name: 'Writing', ok: true, message: `${folder} is writable` }
  } catch (error) {
    return { name: 'Writing', ok: false, message: `${folder} cannot be written: ${explain(error)}` }
  }
}

async function generatorCheck(): Promise<Check> {
  try {
    const { resolution } = await readEmbeddedGenerator()
    return { name: 'Generator', ok: true, message: `avatars, ${resolution} × ${resolution}, is whole` }
  } catch (error) {
    return { name: 'Generator', ok: false, message: explain(error) }
  }
}

function format(checks: readonly Check[], trials: readonly DeviceTrial[]): string {
  const row = (ok: boolean, name: string, message: string): string => `${ok ? '✔' : '✖'} ${name.padEnd(10)} ${message}`
  return [
    ...checks.map(({ name, ok, message }) => row(ok, name, message)),
    '',
    'Devices',
    ...trials.map(({ device, works, message }) => row(works, device, message)),
  ].join('\n')
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
