/**
 * Names of tensors in checkpoints of other libraries. torchvision and timm call the layers of a residual network alike
 * (`layer1.0.conv1.weight`), below whatever the model that holds it is called; transformers has names of its own
 * (`resnet.encoder.stages.0.layers.0.layer.0.convolution.weight`).
 */

/** What a checkpoint calls one thing, by what it is called here. */
export interface NamedCheckpoint {
  /** Whether the head of DeepLab-V3 is in it, too. */
  readonly kind: 'backbone' | 'whole'
  /** Names here, by names there. */
  readonly names: ReadonlyMap<string, string>
  /** Names of the file that mean nothing here. */
  readonly leftOver: readonly string[]
}

/** Counts batches, which nothing here depends on. */
const counter = /\.num_batches_tracked$/
const landmark = 'layer1.0.conv1.weight'

/** @returns undefined where the names are not those of a residual network */
export function nameCheckpoint(given: Iterable<string>): NamedCheckpoint | undefined {
  const all = [...given].filter((name) => !counter.test(name))
  const plain = new Map(all.map((name) => [fromTransformers(name) ?? name, name]))
  const prefix = [...plain.keys()]
    .filter((name) => name === landmark || name.endsWith(`.${landmark}`))
    .map((name) => name.slice(0, -landmark.length))
    .toSorted((left, right) => left.length - right.length)[0]
  if (prefix === undefined) return undefined
  const root = /^(|.*\.)backbone\.$/.exec(prefix)?.[1]
  const isWhole = root !== undefined && plain.has(`${root}classifier.0.convs.0.0.weight`)
  const named = [...plain].map(([name, there]) => {
    if (/^(conv1|bn1|layer[1-4])\./.test(name.slice(prefix.length)) && name.startsWith(prefix))
      return [there, `backbone.${name.slice(prefix.length)}`] as const
    const isHead = isWhole && name.startsWith(`${root}classifier.`)
    return [there, isHead ? name.slice(root.length) : undefined] as const
  })
  return {
    kind: isWhole ? 'whole' : 'backbone',
    names: new Map(named.flatMap(([there, here]) => (here === undefined ? [] : [[there, here] as const]))),
    leftOver: named.filter(([, here]) => here === undefined).map(([there]) => there),
  }
}

const transformersLayer =
  /^(.*?)encoder\.stages\.(\d)\.layers\.(\d+)\.(?:layer\.(\d)|(shortcut))\.(convolution|normalization)\.(\w+)$/
const transformersStem = /^(.*?)embedder\.embedder\.(convolution|normalization)\.(\w+)$/

function fromTransformers(name: string): string | undefined {
  const [, before, kind, tensor] = transformersStem.exec(name) ?? []
  if (tensor !== undefined) return `${before}${kind === 'convolution' ? 'conv1' : 'bn1'}.${tensor}`
  const [, prefix, stage, block, layer, shortcut, what, last] = transformersLayer.exec(name) ?? []
  if (last === undefined) return undefined
  const place = `${prefix}layer${Number(stage) + 1}.${block}`
  if (shortcut !== undefined) return `${place}.downsample.${what === 'convolution' ? 0 : 1}.${last}`
  return `${place}.${what === 'convolution' ? 'conv' : 'bn'}${Number(layer) + 1}.${last}`
}
