import { CheckpointError } from './errors.ts'

interface OtherNetwork {
  /** Of a weight that this network has, and StyleGAN2 generators have not. */
  readonly weight: RegExp
  readonly refusal: string
}

const otherNetworks: readonly OtherNetwork[] = [
  {
    weight: /(^|\.)synthesis\.(input\.(freqs|phases|transform)|L\d+_\d+_\d+\.)/,
    refusal: 'this is a StyleGAN3 generator (t or r): only StyleGAN2 is supported so far',
  },
  {
    weight: /(^|\.)(g_synthesis\.blocks\.|g_mapping\.|progression\.\d|synthesis\.layer\d+\.epilogue\.)/,
    refusal: 'this is a StyleGAN1 generator: only StyleGAN2 is supported so far',
  },
  {
    weight: /(^|\.)(fromrgb\.|from_rgb\.|final_conv\.|final_linear\.|b4\.(conv|fc|out)\.)/,
    refusal: 'this is a discriminator, which makes no images: give the file that holds the generator (G_ema or g_ema)',
  },
]

/**
 * Networks that people have beside StyleGAN2 generators, refused by their names for what they are.
 * @param names of the network's weights
 * @throws CheckpointError
 */
export function refuseOtherNetworks(names: readonly string[]): void {
  for (const { weight, refusal } of otherNetworks)
    if (names.some((name) => weight.test(name))) throw new CheckpointError(refusal)
}
