export type { WriteOptions } from './datasetFolder.ts'
export type { DatasetSample, Samples } from './datasetSample.ts'
export { DatasetError, SeedsError } from './errors.ts'
export { SeedLabels } from './readMasks.ts'
export {
  type ReadSeedsOptions,
  readSeeds,
  type SeedAnnotation,
  type SeedAnnotations,
  type SeedLayout,
  seedLayouts,
} from './readSeeds.ts'
export { readSampleName, type SampleName } from './sampleName.ts'
export { writeCoco } from './writeCoco.ts'
export { writeHuggingFace } from './writeHuggingFace.ts'
export { writeMasks } from './writeMasks.ts'
