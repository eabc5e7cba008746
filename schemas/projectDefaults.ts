import { z } from 'zod'
import { LifeSettings } from './lifeSettings.ts'
import { ProjectSettings } from './project.ts'
import { Slug } from './record.ts'

const Fields = z.record(z.string(), z.unknown()).default({})

/** What a project's record is completed by; here only so that the rest can be checked. */
const completing = { labeler: 'student', labelWidth: 1, labelHeight: 1 }

const generatorSizes = ['labelWidth', 'labelHeight']

/**
 * What differs from the defaults in projects that a server makes: a JSON file that its operator gives it. Label sizes are
 * the generator's.
 * @example { "generator": "faces", "settings": { "segmenter": {} }, "life": { "seedCount": 30, "publishShare": 0.05 } }
 */
export const ProjectDefaults = z
  .strictObject({
    /** Name of an imported generator; without it, projects draw from the embedded one. */
    generator: Slug.optional(),
    settings: Fields,
    life: Fields,
  })
  .superRefine(({ settings, life }, context) => {
    const results = [
      { name: 'settings', result: ProjectSettings.strict().safeParse({ ...completing, ...settings }) },
      { name: 'life', result: LifeSettings.strict().safeParse(life) },
    ]
    for (const field of generatorSizes.filter((name) => name in settings))
      context.addIssue({
        code: 'custom',
        path: ['settings', field],
        message: 'label maps have the generator’s size: leave it out',
      })
    for (const { name, result } of results)
      for (const { path, message } of result.error?.issues ?? [])
        context.addIssue({ code: 'custom', path: [name, ...path], message })
  })
export type ProjectDefaults = z.infer<typeof ProjectDefaults>
