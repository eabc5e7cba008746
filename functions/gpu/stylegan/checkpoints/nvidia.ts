import { canonicalTensors } from './canonicalTensors.ts'
import type { CheckpointOptions, ImportedCheckpoint } from './checkpoint.ts'
import { type NetworkModules, walkModules } from './modules.ts'
import { Notes } from './notes.ts'
import { nvidiaFacts } from './nvidiaFacts.ts'
import { refuseOtherNetworks } from './otherNetworks.ts'
import type { PickledObject } from './pickle/value.ts'
import { pickledSource, usualTruncation } from './sources.ts'

/**
 * A `Generator` as stylegan2-ada-pytorch and stylegan3 (`networks_stylegan2`) pickle it: modules with their weights,
 * and scalars that say how they compute.
 * @throws CheckpointError where it is another network, or lacks something
 */
export function readNvidia(generator: PickledObject, { classIndex }: CheckpointOptions): ImportedCheckpoint {
  const { modules, tensors }: NetworkModules = walkModules(generator)
  const source = pickledSource(tensors)
  refuseOtherNetworks(source.names)
  const notes = new Notes()
  const facts = nvidiaFacts(modules, source, notes)
  const weights = canonicalTensors(source, { ...facts, classIndex }, notes)
  return {
    format: 'nvidia-pickle',
    facts: { kind: 'stylegan2', ...facts, defaultTruncation: usualTruncation },
    tensors: weights,
    notes: notes.all,
  }
}
