import type { Project } from '../../schemas/project.ts'
import { SampleRecipe, sampleId } from '../../schemas/sample.ts'

/** A sample of the project's generator. */
export type OwnSample = SampleRecipe

const idPattern = /^(?<generator>.+)-s(?<seed>\d{1,10})-t(?<truncation>\d[\d.e-]*)$/

/**
 * What makes a sample again, from the id in a task's data, which any user of the platform may have edited.
 * @returns a sentence where it is none of the project's
 */
export function ownSample(id: string, { generator, labelList }: Project): OwnSample | string {
  const { groups } = idPattern.exec(id) ?? {}
  const recipe = SampleRecipe.safeParse({
    generator: groups?.generator,
    seed: Number(groups?.seed),
    truncation: Number(groups?.truncation),
  })
  if (!recipe.success || sampleId(recipe.data) !== id)
    return `${JSON.stringify(id.slice(0, 80))} names no sample: leave the task's data as it was imported.`
  if (recipe.data.generator !== generator.name)
    return `sample ${id} was made by another generator than ${generator.name}, which the project uses now.`
  if (recipe.data.truncation !== labelList.truncation)
    return `sample ${id} was made with ψ ${recipe.data.truncation}, the project's samples are made with ${labelList.truncation}.`
  return recipe.data
}
