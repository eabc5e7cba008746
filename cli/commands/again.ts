import { resolve } from 'node:path'
import { Command } from 'commander'
import { againLocally } from '../../functions/local.ts'
import { type DatasetSample, writeMasks } from '../../integrations/datasets/index.ts'
import { decodeLabelMap } from '../../integrations/images/index.ts'
import { getJson, MissingError } from '../../integrations/storage/index.ts'
import { Run, type RunVersion } from '../../schemas/run.ts'
import { RunManifest } from '../../schemas/runManifest.ts'
import { sampleId } from '../../schemas/sample.ts'
import { UsageError } from '../errors.ts'
import { keepProjectSafe } from '../exportRun.ts'
import { projectId } from '../importSeeds.ts'
import { interruptible } from '../interrupt.ts'
import { parseRunVersion, type SharedOptions, withSharedOptions } from '../options.ts'
import { completeRun, openProjectFolder, type ProjectFolder, requireProject } from '../projectFolder.ts'
import { announceDevice } from '../run.ts'
import { largestSeed, mostSeeds, seedRange } from '../seedList.ts'

interface AgainOptions extends SharedOptions {
  readonly out: string
  readonly run?: RunVersion
  readonly overwrite: boolean
}

export const again = withSharedOptions(
  new Command('again')
    .description('make images again from their line in the manifest: the same bytes, labels included')
    .argument('<project>', 'project folder')
    .argument('<samples...>', 'ids as in the manifest, like avatars-s1000-t0.7, or seeds, like 1000 or 1000-1009')
    .requiredOption('--out <dir>', 'folder to write')
    .option('--run <version>', 'run that they are of, like sixteen-v1 (default: the newest dataset)', parseRunVersion)
    .option('--overwrite', 'replace the folder if it is not empty', false),
)
  .addHelpText(
    'after',
    `
The bytes are the same on the same device with the same version of ONNX Runtime. Seeds outside the dataset give more
images of the same kind.

Examples:
  sixteen again faces avatars-s1000-t0.7 --out again
  sixteen again faces 1000 1003-1005 --run sixteen-v1 --out again
`,
  )
  .action(async (name: string, names: readonly string[], { out, run: asked, overwrite, ...shared }: AgainOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const version = await completeRun(project, asked)
    const folder = resolve(out)
    await keepProjectSafe(project.folder, folder)
    const { labelList, settings } = await readManifest(project, version)
    const { generator } = await requireProject(project)
    const seeds = [...new Set(names.flatMap((text) => seedsOf(text, generator.name, settings.truncation)))]
    const device = await announceDevice(shared)
    await warnOfOtherMachine(project, version, device.device)
    const labels = { ...labelList, truncation: settings.truncation }
    async function* samples(): AsyncGenerator<DatasetSample> {
      const { threads } = shared
      const where = { store: project.store, platform: 'local', project: projectId, version } as const
      const how = { device: device.device, signal, ...(threads === undefined ? {} : { threads }) }
      for await (const { line, image, labelMap, kept = true } of againLocally({ ...where, ...how, seeds }))
        yield { line: { ...line, kept }, image, labelMap: decodeLabelMap(labelMap) }
    }
    const images = await writeMasks(samples(), labels, folder, { overwrite, signal })
    console.log(
      shared.json ? JSON.stringify({ version, images, folder }) : `${images} images of ${version} in ${folder}`,
    )
  })

/** Seeds that a word names: an id, a seed, or a range of seeds. */
export function seedsOf(text: string, generator: string, truncation: number): readonly number[] {
  const seeds = seedRange(text) ?? seedRange(/-s(\d+)-t/.exec(text)?.[1] ?? '')
  const [first] = seeds ?? []
  if (seeds === undefined || first === undefined)
    throw new UsageError(
      `${JSON.stringify(text)} names no samples: give ids like ${generator}-s1000-t${truncation}, or seeds like 1000 ` +
        `or 1000-1009, from 0 to ${largestSeed}, at most ${mostSeeds} at once`,
    )
  const id = sampleId({ generator, seed: first, truncation })
  if (!/^\d/.test(text) && text !== id)
    throw new UsageError(`${text} is not of this run, whose samples are named like ${id}: see --run`)
  return seeds
}

async function readManifest({ store, keys }: ProjectFolder, version: RunVersion): Promise<RunManifest> {
  const key = keys.run(version).manifest
  const manifest = await getJson(store, key, RunManifest)
  if (manifest === undefined) throw new MissingError(key)
  return manifest.value
}

async function warnOfOtherMachine({ store, keys }: ProjectFolder, version: RunVersion, device: string): Promise<void> {
  const machine = (await getJson(store, keys.run(version).run, Run))?.value.machine
  if (machine !== undefined && machine.device !== device)
    console.warn(`Warning: ${version} was made on ${machine.device}; on ${device} the bytes may differ a little.`)
}
