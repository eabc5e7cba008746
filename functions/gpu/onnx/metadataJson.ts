import { z } from 'zod'

/** A value of a safetensors file's metadata that is JSON: what the text holds, undefined where it is none. */
export const metadataJson = z.string().transform((text): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
})
