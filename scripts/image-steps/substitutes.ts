/**
 * What of the Dockerfile cannot be done without Docker, root, or a network beyond package registries, and what takes its
 * place. Only what stands here is left out or replaced; anything else is done, or stops the check.
 */

/** A base image, of which a folder takes the place. */
export interface BaseSubstitute {
  readonly image: RegExp
  /** The folder holds the Node that runs this, if it is of the version that `image` captures. */
  readonly bringsNode: boolean
  readonly reason: string
}

export type CommandSubstitute = {
  /** Fits a whole command, between the `&&` of a RUN. */
  readonly command: RegExp
} & (
  | { readonly how: 'run' }
  | { readonly how: 'replaced'; readonly by: string; readonly reason: string }
  | { readonly how: 'left out'; readonly reason: string }
)

export const baseSubstitutes: readonly BaseSubstitute[] = [
  {
    image: /^node:(\d+\.\d+\.\d+)-bookworm-slim$/,
    bringsNode: true,
    reason: 'no registry of images here: a folder with the Node of this project, and npm of this machine',
  },
  {
    image: /^nvidia\/cuda:12\.\d+\.\d+-cudnn-runtime-ubuntu24\.04$/,
    bringsNode: false,
    reason: 'no registry of images here: an empty folder, and the libraries of this machine, without CUDA',
  },
]

const provider = String.raw`node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda\.so`

export const commandSubstitutes: readonly CommandSubstitute[] = [
  { command: /^npm ci --omit=dev$/, how: 'run' },
  { command: /^rm -r( node_modules\/[\w./-]+)+$/, how: 'run' },
  {
    command: /^ONNXRUNTIME_NODE_INSTALL=true node node_modules\/onnxruntime-node\/script\/install\.js$/,
    how: 'replaced',
    by: 'ONNXRUNTIME_NODE_INSTALL=skip node node_modules/onnxruntime-node/script/install.js',
    reason: 'the provider comes from api.nuget.org: the script starts, and is told to fetch nothing',
  },
  { command: new RegExp(`^test -s ${provider}$`), how: 'left out', reason: 'the provider was not fetched' },
  {
    command: new RegExp(
      String.raw`^if ldd ${provider} \| grep 'not found' \| grep --invert-match 'libcuda\\\.so\\\.1'; then exit 1; fi$`,
    ),
    how: 'left out',
    reason: 'neither the provider nor the libraries of CUDA are here',
  },
  {
    command: /^(groupadd --gid 1001 node|useradd --uid 1001 --gid node --create-home --no-log-init node)$/,
    how: 'left out',
    reason: 'it would change this machine: as root, the checks run as user 1001, whom it does not know; else as you',
  },
]
