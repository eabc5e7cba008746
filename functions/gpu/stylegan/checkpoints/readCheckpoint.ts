import { readSafetensors } from '../../onnx/safetensors.ts'
import { readFacts } from '../weights.ts'
import type { CheckpointOptions, ImportedCheckpoint } from './checkpoint.ts'
import { CheckpointError } from './errors.ts'
import { readPickleFile } from './pickle/readPickleFile.ts'
import type { PickleValue } from './pickle/value.ts'
import { readPickled } from './pickled.ts'
import { storedSource } from './sources.ts'
import { readStateDict } from './stateDict.ts'

/** The limit of the safetensors format, which tells its length apart from anything else's first bytes. */
const LONGEST_HEADER = 100_000_000
const OPENING_BRACE = 0x7b

/**
 * Reads a StyleGAN2 generator from a file as people share it, whatever its name:
 * NVIDIA's `.pkl` (stylegan2-ada-pytorch, and stylegan3's `networks_stylegan2`), rosinality's `.pt` (zip or legacy),
 * or safetensors with the names of either. Nothing in a file is ever run. Widths and shapes are checked when
 * `writeGenerator` makes a generator of it.
 * @throws CheckpointError where the file is damaged or holds no such generator, or a class is missing, wrong or too much
 * @throws SafetensorsError where a safetensors file is damaged
 * @throws GeneratorError where a safetensors file says something wrong about its generator
 */
export function readCheckpoint(file: Uint8Array, options: CheckpointOptions = {}): ImportedCheckpoint {
  refuseOtherFiles(file)
  return isSafetensors(file) ? readStored(file, options) : readPickled(readPickle(file), options)
}

function readPickle(file: Uint8Array): PickleValue {
  try {
    return readPickleFile(file)
  } catch (cause) {
    if (!(cause instanceof CheckpointError) || !cause.message.includes('dnnlib.tflib')) throw cause
    throw new CheckpointError(
      'the file holds networks of TensorFlow, StyleGAN1 or the first StyleGAN2: only StyleGAN2 is supported, and has ' +
        'to be converted first, with legacy.py of stylegan2-ada-pytorch',
      { cause },
    )
  }
}

function readStored(file: Uint8Array, options: CheckpointOptions): ImportedCheckpoint {
  const { tensors, metadata } = readSafetensors(file)
  const source = storedSource(tensors)
  // Other programs keep a metadata of their own, like `format: pt`.
  const facts = metadata.kind === undefined ? {} : { facts: readFacts(metadata) }
  return readStateDict({ format: 'safetensors', source, ...facts }, options)
}

function isSafetensors(file: Uint8Array): boolean {
  if (file.length < 9 || file[8] !== OPENING_BRACE) return false
  return new DataView(file.buffer, file.byteOffset).getBigUint64(0, true) <= LONGEST_HEADER
}

/** What people have instead of the file, when a download went wrong. */
function refuseOtherFiles(file: Uint8Array): void {
  if (file.length < 16) throw new CheckpointError(`${file.length} bytes are too few for a checkpoint: fetch it again`)
  const start = new TextDecoder().decode(file.subarray(0, 64)).trimStart()
  if (start.startsWith('<'))
    throw new CheckpointError('this is a web page, not a checkpoint: the address may ask for a confirmation or a login')
  if (start.startsWith('version https://git-lfs'))
    throw new CheckpointError('this is a pointer of Git LFS, not the file itself: fetch it with git lfs pull')
}
