import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkLabelMap, countPixels, type LabelMap, LabelMapError } from '../../schemas/labelMap.ts'
import type { LabelList } from '../../schemas/labels.ts'
import { SeedsError } from './errors.ts'
import { parseJson, parseText } from './jsonFiles.ts'
import { listParts, type PaintedImages, paintRegions } from './paintedImage.ts'
import { CocoFile, readCoco } from './readCoco.ts'
import { LabelMeFile, readLabelMe } from './readLabelMe.ts'
import { labelsFileName, maskEnding, readMask, readSeedLabels } from './readMasks.ts'
import { readSampleName, type SampleName } from './sampleName.ts'

/** The annotation of one seed sample. `source` is the file (and image in it) that it was read from. */
export type SeedAnnotation = { readonly seed: number; readonly labelMap: LabelMap; readonly source: string }

/** The annotations of a folder by ascending seed, their label list, and what the person should know. */
export type SeedAnnotations = {
  readonly labels: LabelList
  readonly seeds: readonly SeedAnnotation[]
  readonly warnings: readonly string[]
}

export const seedLayouts = ['masks', 'coco', 'labelme'] as const
export type SeedLayout = (typeof seedLayouts)[number]

export type ReadSeedsOptions = {
  /** What the folder holds; found out from its files where it is left out. */
  readonly layout?: SeedLayout
  /** The label list to use instead of the folder's `labels.json` or the names in the annotations. */
  readonly labels?: LabelList
  /** ψ with which the painted images were made; before that of `labels.json` and of the file names. */
  readonly truncation?: number
  /** The size that every label map must have; else all must have the size of the first. */
  readonly size?: { readonly width: number; readonly height: number }
  /** Only these seeds; each must be there. */
  readonly seeds?: readonly number[]
}

type Found = { readonly source: string; readonly name: SampleName; readonly read: () => Promise<LabelMap> }

/**
 * Reads the seed annotations of a folder: indexed PNGs (`labels.json` and `<seed>.labels.png`), COCO (`*.json`), or
 * LabelMe (one JSON per image). The seed is read from the name of the mask or image.
 *
 * Warned of, and no reason to stop: a part that is painted in no image, one seed only, an image that shows background
 * only, what a format holds that has no area, seeds listed in `labels.json` without a mask.
 *
 * @throws SeedsError when there are no annotations, they are of several layouts, a file cannot be read or is of the
 *   wrong kind or size, a pixel or region is of a part outside the list, a seed is there twice or missing, or
 *   the truncation is not told or told in two ways.
 */
export async function readSeeds(folder: string, options: ReadSeedsOptions = {}): Promise<SeedAnnotations> {
  const fileNames = await listFolder(folder)
  const listed = await readSeedLabels(folder)
  const layout = options.layout ?? (await findLayout(folder, fileNames))
  const painted = layout === 'masks' ? undefined : await readPainted(folder, fileNames, layout)
  const names = painted
    ? painted.images.map(({ fileName, source }) => ({ source, name: readSampleName(fileName) }))
    : masksIn(fileNames).map((fileName) => ({ source: join(folder, fileName), name: readSampleName(fileName) }))
  if (names.length === 0) throw noSeeds(folder, painted?.warnings ?? [])

  const given = options.labels ?? listed
  if (given === undefined && painted === undefined) {
    throw new SeedsError(
      `${folder} has masks but no ${labelsFileName}, which names the parts: ` +
        `{"parts": [{"id": 0, "name": "background", "color": "#000000"}, …], "truncation": 0.7}.`,
    )
  }
  const truncation = agreeOnTruncation(folder, names, options.truncation ?? given?.truncation)
  const labels: LabelList = given
    ? { parts: given.parts, truncation }
    : listParts(folder, painted?.partNames ?? [], truncation)

  const found = names.map(({ source, name }, index): Found => {
    const image = painted?.images[index]
    return { source, name, read: () => (image ? paintRegions(image, labels) : readMask(source)) }
  })
  const chosen = choose(folder, found, options.seeds)
  const seeds = await readAll(chosen, labels, options.size)
  const missing = options.seeds ? [] : (listed?.seeds ?? []).filter((seed) => !seeds.some((one) => one.seed === seed))
  return { labels, seeds, warnings: [...(painted?.warnings ?? []), ...warningsOf(folder, labels, seeds, missing)] }
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SeedsError(`The seeds' folder ${folder} cannot be read (${reason}).`, { cause })
  }
}

function masksIn(fileNames: readonly string[]): string[] {
  return fileNames.filter((name) => name.endsWith(maskEnding))
}

function annotationFilesIn(fileNames: readonly string[]): string[] {
  return fileNames.filter((name) => name.endsWith('.json') && name !== labelsFileName)
}

function noSeeds(folder: string, reasons: readonly string[]): SeedsError {
  return new SeedsError(
    `There are no seed annotations in ${folder}. It should hold <seed>${maskEnding} files with a ${labelsFileName}, ` +
      `a COCO file, or LabelMe files.${reasons.map((reason) => `\n${reason}`).join('')}`,
  )
}

async function findLayout(folder: string, fileNames: readonly string[]): Promise<SeedLayout> {
  const layouts = new Set<SeedLayout>(masksIn(fileNames).length > 0 ? ['masks'] : [])
  for (const fileName of annotationFilesIn(fileNames)) {
    const path = join(folder, fileName)
    const content = parseText(path, await readFile(path, 'utf8'))
    if (typeof content !== 'object' || content === null) continue
    if ('annotations' in content && 'categories' in content) layouts.add('coco')
    else if ('shapes' in content) layouts.add('labelme')
  }
  const [layout, ...others] = layouts
  if (layout === undefined) throw noSeeds(folder, [])
  if (others.length === 0) return layout
  throw new SeedsError(
    `${folder} holds annotations of several kinds (${[...layouts].join(', ')}). Say which to read, or part them.`,
  )
}

async function readPainted(
  folder: string,
  fileNames: readonly string[],
  layout: 'coco' | 'labelme',
): Promise<PaintedImages> {
  const read = (fileName: string) => readFile(join(folder, fileName), 'utf8')
  const annotationFiles = annotationFilesIn(fileNames)
  if (layout === 'labelme') {
    const files = new Map<string, LabelMeFile>()
    for (const fileName of annotationFiles) {
      const path = join(folder, fileName)
      files.set(path, parseJson(path, await read(fileName), LabelMeFile, 'LabelMe file'))
    }
    return readLabelMe(files)
  }
  const all: PaintedImages[] = []
  for (const fileName of annotationFiles) {
    const path = join(folder, fileName)
    all.push(readCoco(path, parseJson(path, await read(fileName), CocoFile, 'COCO file')))
  }
  return {
    images: all.flatMap(({ images }) => images),
    partNames: all.flatMap(({ partNames }) => partNames),
    warnings: all.flatMap(({ warnings }) => warnings),
  }
}

/** The truncation given, or the one that all file names tell. A wrong one would pair labels with other images. */
function agreeOnTruncation(folder: string, names: readonly Omit<Found, 'read'>[], given: number | undefined): number {
  const told = names.flatMap(({ name, source }) => (name.truncation === undefined ? [] : [{ ...name, source }]))
  const truncation = given ?? told[0]?.truncation
  if (truncation === undefined) {
    throw new SeedsError(
      `The annotations in ${folder} do not say with which truncation their images were made. Give it, ` +
        `put a ${labelsFileName} with "truncation" beside them, or name the images like avatars-s100-t0.7.png.`,
    )
  }
  const other = told.find((name) => name.truncation !== truncation)
  if (other === undefined) return truncation
  throw new SeedsError(
    `${other.source} is named after truncation ${other.truncation}, but ${truncation} is to be used. ` +
      'An image made with another truncation does not fit its labels: correct the one or the other.',
  )
}

function choose(folder: string, found: readonly Found[], seeds: readonly number[] | undefined): Found[] {
  const bySeed = new Map<number, Found>()
  for (const one of found) {
    const other = bySeed.get(one.name.seed)
    if (other !== undefined) {
      throw new SeedsError(`Seed ${one.name.seed} is annotated twice: ${other.source} and ${one.source}. Keep one.`)
    }
    bySeed.set(one.name.seed, one)
  }
  const missing = seeds?.filter((seed) => !bySeed.has(seed)) ?? []
  if (missing.length > 0) throw new SeedsError(`${folder} has no annotation of seed ${missing.join(', ')}.`)
  const chosen = seeds ? found.filter(({ name }) => seeds.includes(name.seed)) : [...found]
  if (chosen.length === 0) throw noSeeds(folder, [])
  return chosen.sort((first, second) => first.name.seed - second.name.seed)
}

async function readAll(
  chosen: readonly Found[],
  labels: LabelList,
  size: ReadSeedsOptions['size'],
): Promise<SeedAnnotation[]> {
  const seeds: SeedAnnotation[] = []
  for (const { source, name, read } of chosen) {
    const labelMap = await read()
    const { width, height } = size ?? seeds[0]?.labelMap ?? labelMap
    try {
      checkLabelMap(labelMap, { parts: labels.parts.length, width, height })
    } catch (cause) {
      if (cause instanceof LabelMapError) throw new SeedsError(`${source}: ${cause.message}`, { cause })
      throw cause
    }
    seeds.push({ seed: name.seed, labelMap, source })
  }
  return seeds
}

function warningsOf(
  folder: string,
  labels: LabelList,
  seeds: readonly SeedAnnotation[],
  missing: readonly number[],
): string[] {
  const warnings: string[] = []
  const counts = seeds.map(({ labelMap }) => countPixels(labelMap))
  if (missing.length > 0) warnings.push(`${labelsFileName} lists seeds without an annotation: ${missing.join(', ')}.`)
  if (seeds.length === 1) {
    warnings.push(`${folder} has one seed only. Labels will be poor; about sixteen painted images are meant.`)
  }
  for (const [index, { labelMap, source }] of seeds.entries()) {
    if (counts[index]?.[0] === labelMap.data.length) warnings.push(`${source} shows nothing but background.`)
  }
  for (const { id, name } of labels.parts) {
    if (counts.every((count) => count[id] === 0)) {
      warnings.push(`The part ${name} is painted in no seed; it will not be labelled.`)
    }
  }
  return warnings
}
