import { z } from 'zod'
import { Platform } from '../../schemas/project.ts'
import { Slug } from '../../schemas/record.ts'
import { RunVersion } from '../../schemas/run.ts'
import { BadPathError } from './errors.ts'

/** `/projects/:platform/:id` */
export const ProjectPath = z.object({ platform: Platform, id: Slug })
export type ProjectPath = z.infer<typeof ProjectPath>

/** `…/runs/:version` */
export const RunPath = ProjectPath.extend({ version: RunVersion })
export type RunPath = z.infer<typeof RunPath>

/** `…/images/:file` and `…/labels/:file`; the file's name without its ending is a sample's id. */
export const PicturePath = RunPath.extend({
  file: z.string().regex(/^[^/\\]+\.png$/, 'a picture is named by its sample, like avatars-s100-t0.7.png'),
})
export type PicturePath = z.infer<typeof PicturePath>

/**
 * What is wrong with a path: names the step, and what it should be.
 * @param steps as the router decoded them
 */
export function badPath(error: z.ZodError, steps: Readonly<Record<string, string>>): BadPathError {
  const [issue] = error.issues
  const step = String(issue?.path[0] ?? 'path')
  // What came may be long, or hold control characters.
  const shown = JSON.stringify((steps[step] ?? '').slice(0, 80))
  return new BadPathError(`${shown} is no ${step}: ${issue?.message ?? 'it has the wrong form'}`, error)
}
