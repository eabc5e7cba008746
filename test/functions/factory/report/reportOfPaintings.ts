import { readFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import { heatMapPicture, labelMapPicture, pngDataUri } from '../../../../functions/factory/report/index.ts'
import type { LabelMap } from '../../../../schemas/labelMap.ts'
import { LabelList } from '../../../../schemas/labels.ts'
import { ReportData, type ReportSample } from '../../../../schemas/report.ts'

/** The label list of the shipped seed annotations. */
export const avatarLabels = LabelList.parse({
  parts: [
    ['background', '#000000'],
    ['person/skin', '#ffc8a0'],
    ['person/clothing', '#3c5ac8'],
    ['person/face/mouth', '#dc0000'],
    ['person/face/nose', '#ff7800'],
    ['person/face/eyes', '#ffffff'],
    ['person/face/eyebrows', '#5a3200'],
    ['person/hair', '#783ca0'],
    ['person/face/beard', '#00a03c'],
    ['worn/glasses', '#00ffff'],
    ['worn/hat', '#ff00ff'],
  ].map(([name, color], id) => ({ id, name, color })),
  truncation: 1,
})

interface Painting {
  readonly seed: number
  readonly image: string
  readonly labelMap: LabelMap
}

async function readPainting(folder: URL, seed: number): Promise<Painting> {
  const { width, height, data } = decode(await readFile(new URL(`${seed}.labels.png`, folder)))
  return {
    seed,
    image: pngDataUri(await readFile(new URL(`${seed}.png`, folder))),
    labelMap: { width, height, data: Uint8Array.from(data) },
  }
}

/** Stands in for a divergence: high where a pixel's neighbourhood holds several parts. */
function edgeDivergence({ width, height, data }: LabelMap): Float32Array {
  const at = (x: number, y: number): number | undefined => data[Math.min(Math.max(y, 0), height - 1) * width + x]
  return Float32Array.from(data, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const around = new Set<number | undefined>()
    for (const dy of [-2, -1, 0, 1, 2])
      for (const dx of [-2, -1, 0, 1, 2]) around.add(at(x + dx, y + dy) ?? data[pixel])
    return Math.min(0.18 * (around.size - 1), 0.5)
  })
}

const partsOf = ({ data }: LabelMap): number[] => [...new Set(data)].sort((a, b) => a - b)

/**
 * A report of a run that never was, over paintings that are real: its numbers are made up, its pictures are not.
 * @param folder holds `<seed>.png` and `<seed>.labels.png`
 */
export async function reportOfPaintings(folder: URL, seeds: readonly number[]): Promise<ReportData> {
  const paintings = await Promise.all(seeds.map((seed) => readPainting(folder, seed)))
  const sample = ({ image, labelMap }: Painting, seed: number, score: number, kept: boolean): ReportSample => ({
    id: `avatars-${seed}`,
    seed,
    score,
    kept,
    image,
    labels: labelMapPicture(labelMap, avatarLabels),
    heatMap: heatMapPicture({ ...labelMap, data: edgeDivergence(labelMap) }, 0.5),
    parts: partsOf(labelMap),
    command: `sixteen generate --project avatars --version sixteen-v1 --seed ${seed}`,
  })
  const samples = (count: number, firstSeed: number, score: (index: number) => number, kept: boolean): ReportSample[] =>
    Array.from({ length: count }, (_, index) => index).flatMap((index) => {
      const painting = paintings[(index * 7) % paintings.length]
      return painting === undefined ? [] : [sample(painting, firstSeed + index * 11, score(index), kept)]
    })
  const pixels = paintings.reduce((sum, { labelMap }) => sum + labelMap.data.length, 0)
  const scores = Array.from(
    { length: 500 },
    (_, index) => 0.03 + 0.09 * ((index + 0.5) / 500) ** 2.2 + 0.004 * Math.sin(index),
  )
  const threshold = [...scores].sort((a, b) => a - b)[449] ?? 0
  const iou = [0.976, 0.858, 0.949, 0.798, 0.629, 0.715, 0.631, 0.818, 0.12, 0.591, 0.831]
  const steps = Array.from({ length: 26 }, (_, index) => index * 20)
  return ReportData.parse({
    title: 'Avatars',
    version: 'sixteen-v1',
    finishedAt: '2026-11-07T09:30:00Z',
    labelList: avatarLabels,
    totals: { seeds: paintings.length, generated: 500, kept: 450, dropped: 50, imagesPerSecond: 14.2 },
    phases: [
      { name: 'Train the interpreter', seconds: 11.8 },
      { name: 'Distil the student', seconds: 7.1 },
      { name: 'Generate', seconds: 35.2 },
      { name: 'Curate', seconds: 0.4 },
      { name: 'Evaluate', seconds: 18.6 },
    ],
    seedSamples: paintings.map(({ seed, image, labelMap }) => ({
      seed,
      image,
      labels: labelMapPicture(labelMap, avatarLabels),
    })),
    gallery: samples(48, 1000, (index) => 0.031 + 0.0011 * index, true),
    dropped: samples(12, 1003, (index) => 0.122 - 0.0017 * index, false),
    uncertainty: { scores, threshold, heatMapMaximum: 0.5 },
    parts: avatarLabels.parts.map(({ id }) => {
      const counts = paintings.map(({ labelMap }) => labelMap.data.reduce((sum, at) => sum + (at === id ? 1 : 0), 0))
      const seedPixels = counts.reduce((sum, count) => sum + count, 0)
      return {
        id,
        seedPixels,
        seedImages: counts.filter((count) => count > 0).length,
        seedShare: seedPixels / pixels,
        generatedShare: (0.8 * seedPixels) / pixels,
        generatedImages: 40 * id,
        iou: iou[id] ?? null,
      }
    }),
    evaluation: {
      method: 'leave-one-image-out over the seeds',
      pixelAccuracy: 0.957,
      levels: [
        { level: 1, parts: 3, absentAsZero: 0.921, presentOnly: 0.921 },
        { level: 2, parts: 7, absentAsZero: 0.838, presentOnly: 0.838 },
        { level: 3, parts: 11, absentAsZero: 0.654, presentOnly: 0.72 },
      ],
    },
    painting: {
      minimumPixels: 1000,
      nextSeeds: samples(4, 2041, () => 0.1, false).map(({ seed, image, heatMap }) => ({
        seed,
        image,
        heatMap,
        reason: 'shows a beard, and the ensemble disagrees on it',
      })),
    },
    training: [
      { name: 'Interpreter, mean of 10 members', scale: 1 },
      { name: 'Student', scale: 0.8 },
    ].map(({ name, scale }) => ({
      name,
      points: steps.map((step) => ({
        step,
        train: scale * (0.12 + 2.2 * Math.exp(-step / 60)),
        heldOut: step % 40 === 0 ? scale * (0.21 + 2.2 * Math.exp(-step / 62)) : null,
      })),
      keptStep: 480,
    })),
    generator: [
      { name: 'Name', value: 'avatars' },
      { name: 'Architecture', value: 'StyleGAN2, skip' },
      { name: 'Image', value: '128 × 128' },
      { name: 'Truncation ψ', value: '1' },
      { name: 'SHA-256', value: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    ],
    labeler: [
      { name: 'Labeler', value: 'ensemble of 10' },
      { name: 'Pixel features', value: '976 numbers' },
    ],
    machine: [
      { name: 'Processor', value: 'Example processor, 2 cores' },
      { name: 'Memory', value: '8 GiB' },
      { name: 'Device', value: 'cpu' },
      { name: 'Node', value: '24.21.0' },
      { name: 'ONNX Runtime', value: '1.30.0' },
    ],
    cost: { minutesPerImage: 20, hourlyRate: 25, currency: 'USD' },
    links: [
      { label: 'Dataset', href: 'dataset/', about: '450 images and their labels' },
      { label: 'Factory graph', href: 'factory.onnx', about: 'latent in; image and labels out' },
    ],
  })
}
