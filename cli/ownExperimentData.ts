/** A person's own images as an experiment's data. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { readAnnotations } from '../functions/gpu/jobs/annotations.ts'
import type { ExperimentData } from '../functions/gpu/jobs/experiments/data.ts'
import { embeddedGenerator } from '../functions/gpu/jobs/generatorWeights.ts'
import { segmenterOptions } from '../functions/gpu/jobs/segmenterOptions.ts'
import { copyGenerator } from '../functions/gpu/jobs/storeGenerator.ts'
import { createRandom } from '../functions/gpu/random.ts'
import { generatorWeightsKey } from '../integrations/storage/keys.ts'
import type { ImageSize } from '../schemas/project.ts'
import { sha256Of } from '../schemas/sha256.ts'
import { UsageError } from './errors.ts'
import { type ImageFile, listImages } from './imageList.ts'
import {
  checkLabelledFiles,
  type LabelledFile,
  listLabelledFiles,
  readImages,
  readLabelledFiles,
} from './labelledFolder.ts'
import { readPartMapping } from './partMapping.ts'
import { type ProjectFolder, requireProject } from './projectFolder.ts'

export interface OwnImages {
  readonly images: string
  readonly labels: string
  readonly unlabelled?: string | undefined
  readonly pretrained?: { readonly source: string; readonly bytes: Uint8Array } | undefined
  /** Of the images as the network takes them. Default: as for the segmenter of a run. */
  readonly size?: ImageSize | undefined
}

/** Share of the labelled images that is tested on. */
const testShare = 0.25
/** Memory that images may take. */
const imageBytes = 2 ** 30

/**
 * Reads and checks what is there; the images are read when a trial wants them.
 * @throws UsageError, SeedsError where images and label maps do not fit one another or the project
 */
export async function ownExperimentData(project: ProjectFolder, given: OwnImages): Promise<ExperimentData> {
  const { store, folder } = project
  const found = await requireProject(project)
  const { generator, labelList, settings } = found
  const painted = await readAnnotations(project, found)
  const mapping = await readPartMapping(given.labels, labelList)
  const files = await listLabelledFiles(given.images, given.labels)
  const { test, training } = splitFiles(files, given.images)
  const unlabelled = given.unlabelled === undefined ? undefined : inOrder(await listImages([given.unlabelled]))
  const { width, height } = given.size ?? segmenterOptions(settings)
  const size = { width, height }
  const most = Math.floor(imageBytes / (4 * width * height))
  const facts = [
    await checkLabelledFiles(files, mapping),
    ...[generator.sha256, labelList, settings, painted.map(({ annotation }) => annotation.sha256), size],
    ...[unlabelled && (await sizesOf(unlabelled)), given.pretrained && sha256Of(given.pretrained.bytes)],
  ]
  const labelMaps = new Map(painted.map(({ sample, labelMap }) => [sample.seed, labelMap]))
  return {
    name: nameOf(folder),
    fingerprint: sha256Of(JSON.stringify(facts)),
    size,
    real: {
      available: Math.min(training.length, most),
      take: (count, randomSeed) => readLabelledFiles(shuffled(training, randomSeed).slice(0, count), size, mapping),
    },
    test: { count: Math.min(test.length, most), read: () => readLabelledFiles(test.slice(0, most), size, mapping) },
    ...(unlabelled === undefined
      ? {}
      : {
          unlabelled: {
            available: Math.min(unlabelled.length, most),
            take: (count) =>
              readImages(
                unlabelled.slice(0, count).map(({ path }) => path),
                size,
              ),
          },
        }),
    ...(given.pretrained === undefined
      ? {}
      : { elsewhere: { kind: 'weights', what: given.pretrained.source, bytes: given.pretrained.bytes } }),
    seeds: {
      generator,
      copyGenerator: async (to) => {
        const isEmbedded = generator.name === embeddedGenerator
        const stored = await store.head(generatorWeightsKey(generator.name))
        if (stored !== undefined || !isEmbedded) await copyGenerator(store, to, generator)
      },
      labelList,
      settings,
      available: labelMaps.size,
      choose: (count, randomSeed) =>
        shuffled([...labelMaps.keys()], randomSeed)
          .slice(0, count)
          .toSorted((a, b) => a - b),
      paint: async (seeds) =>
        seeds.map((seed) => {
          const labelMap = labelMaps.get(seed)
          if (labelMap === undefined) throw new UsageError(`seed ${seed} of ${folder} is not painted`)
          return labelMap
        }),
    },
  }
}

/** Images without labels may be very many: names and lengths tell them apart. */
async function sizesOf(files: readonly ImageFile[]): Promise<readonly unknown[]> {
  return Promise.all(files.map(async ({ name, path }) => [name, (await stat(path)).size]))
}

/** A quarter is tested on, chosen by the hashes of the names: what is added changes little. */
export function splitFiles(
  files: readonly LabelledFile[],
  folder: string,
): { readonly test: readonly LabelledFile[]; readonly training: readonly LabelledFile[] } {
  if (files.length < 4)
    throw new UsageError(`${folder} holds ${files.length} labelled images: four are needed, better hundreds`)
  const count = Math.round(files.length * testShare)
  const ordered = inOrder(files)
  return { test: ordered.slice(0, count), training: ordered.slice(count) }
}

/** By the hashes of their names. */
function inOrder<File extends Pick<ImageFile, 'name'>>(files: readonly File[]): readonly File[] {
  return files
    .map((file) => ({ file, hash: sha256Of(file.name) }))
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ file }) => file)
}

function shuffled<Item>(items: readonly Item[], randomSeed: number): readonly Item[] {
  return createRandom(randomSeed, 'experiment.choice').shuffle([...items])
}

function nameOf(folder: string): string {
  const words = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return words === '' ? 'project' : words.slice(0, 40).replace(/-$/, '')
}
