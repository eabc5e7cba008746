import { z } from 'zod'

/** Something that a person should know of a project, and what to do about it. */
export const Notice = z.object({
  /** Names the matter, such as `labels-changed`; of one code, the newest holds. */
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  level: z.enum(['info', 'warning', 'error']),
  /** Whole sentences: what is, and what to do. */
  message: z.string().min(1).max(2000),
})
export type Notice = z.infer<typeof Notice>
