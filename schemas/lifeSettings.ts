import { z } from 'zod'

function holdsPassword(address: string): boolean {
  const { username, password } = URL.canParse(address) ? new URL(address) : { username: '', password: '' }
  return username !== '' || password !== ''
}

/** Where first masks of the seed tasks come from: an image segmentation model on Hugging Face. */
export const DraftSettings = z.object({
  /** A model on the hub, such as `mattmdjaga/segformer_b2_clothes`; or, with `endpoint`, any name. */
  model: z.string().min(1).max(200),
  /** An inference endpoint of one's own, https. The token comes from the environment. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine((address) => !holdsPassword(address), 'leave out user and password: settings are stored and shown')
    .optional(),
  /** An inference provider's name, such as `hf-inference`. */
  provider: z.string().min(1).max(50).optional(),
  /** The model's label → the part's name. Labels that are not listed are left out. */
  labels: z.record(z.string().min(1), z.string().min(1)),
})
export type DraftSettings = z.infer<typeof DraftSettings>

/** When a project's next step is taken, and what a run gives back to its annotation platform. */
export const LifeSettings = z.object({
  /** Paintings that the first run waits for. */
  seedCount: z.int().min(1).max(1000).default(16),
  /**
   * Seeds of the samples that the first seed samples are chosen from, spread over latent space. As many as seedCount: all
   * of them are shown. Skipped ones are replaced from behind the pool's end.
   */
  seedPool: z
    .object({ from: z.int().min(0).max(0xfff_ffff), size: z.int().min(1).max(10_000) })
    .default({ from: 100, size: 64 }),
  /** Whether runs begin by themselves. Where not, a person starts each of them. */
  autoTrain: z.boolean().default(true),
  /** New, changed or deleted paintings after which the next run begins by itself. */
  retrainAfter: z.int().min(1).max(10_000).default(4),
  /** Seconds without a new or changed painting before a run begins by itself. */
  debounceSeconds: z.number().min(0).max(3600).default(20),
  /** Share of the images kept by a run that is published as pre-annotated tasks. */
  publishShare: z.number().min(0).max(1).default(0.1),
  /** Several people's annotations of one task: the newest counts, or each pixel by majority (ties: the newest). */
  annotators: z.enum(['newest', 'vote']).default('newest'),
  /** Names of labels that the configuration has no more → those that it has: after a label was renamed. */
  labelAliases: z.record(z.string().min(1), z.string().min(1)).default({}),
  drafts: DraftSettings.optional(),
})
export type LifeSettings = z.infer<typeof LifeSettings>
