import { ZodError } from 'zod'
import { partColor } from '../../integrations/datasets/partColors.ts'
import type { PlatformProject } from '../../integrations/platform/index.ts'
import { AlreadyExistsError, createJson, getJson, updateJson } from '../../integrations/storage/index.ts'
import type { LabelList } from '../../schemas/labels.ts'
import { LifeSettings } from '../../schemas/lifeSettings.ts'
import type { Notice } from '../../schemas/notice.ts'
import { type Generator, imageSize, Project, ProjectSettings } from '../../schemas/project.ts'
import { explainLabelChange, labelListOf } from '../factory/life/labels.ts'
import { findGenerator, UnknownGeneratorError } from '../generators.ts'
import type { ReactorPlace } from './context.ts'

/** A project with what its platform says of it now. */
export interface OpenedProject {
  readonly project: Project
  /** The label list that the platform's configuration asks for now; undefined where nothing can be painted. */
  readonly labelList: LabelList | undefined
  readonly notices: readonly Notice[]
}

/** Images of one generate job. */
const shardSize = 50
/** Labelled images of a run, where nobody chose another number. */
const samplesPerRun = 500

/**
 * The project's record, which is made when a platform's project is seen for the first time. The label list in it is that
 * of the newest run, or of the beginning: a new one is adopted when the next run begins.
 * @returns undefined where there is no record yet, and nothing to make one of; `notices` says why
 */
export async function openProject(
  place: ReactorPlace,
  seen: PlatformProject,
): Promise<OpenedProject | { readonly project: undefined; readonly notices: readonly Notice[] }> {
  const { store, keys, platform, project: id, defaults, now } = place
  const there = (await getJson(store, keys.project, Project))?.value
  const unusable = unusableLabels(seen)
  if (seen.labels.length === 0 || unusable !== undefined) {
    const notices = [...seen.notices, ...(unusable === undefined ? [] : [unusable])]
    return there === undefined ? { project: undefined, notices } : { project: there, labelList: undefined, notices }
  }
  if (there !== undefined) {
    const labelList = labelListOf(seen.labels, there.labelList.truncation, partColor)
    const change = explainLabelChange(there.labelList, labelList)
    return { project: there, labelList, notices: [...seen.notices, ...(change === undefined ? [] : [change])] }
  }
  const generator = await generatorOfNew(place)
  if (generator === undefined)
    return { project: undefined, notices: [...seen.notices, noGenerator(defaults?.generator)] }
  const { width: labelWidth, height: labelHeight } = imageSize(generator)
  const settings = ProjectSettings.parse({
    labeler: 'student',
    samplesPerRun,
    shardSize,
    ...defaults?.settings,
    labelWidth,
    labelHeight,
  })
  // One ψ for seeds and generated images, so that a correction of a generated image is a seed like any other.
  const labelList = labelListOf(seen.labels, settings.truncation, partColor)
  const project: Project = {
    schemaVersion: 1,
    id,
    platform: platform.name,
    generator,
    labelList,
    settings,
    life: LifeSettings.parse(defaults?.life ?? {}),
    createdAt: now().toISOString(),
  }
  try {
    await createJson(store, keys.project, Project, project)
  } catch (error) {
    // Whoever was faster may have chosen settings.
    if (!(error instanceof AlreadyExistsError)) throw error
    const winner = (await getJson(store, keys.project, Project))?.value ?? project
    return { project: winner, labelList, notices: seen.notices }
  }
  return { project, labelList, notices: seen.notices }
}

/** The generator that a new project draws from; undefined where the one that the server's operator named is gone. */
async function generatorOfNew({ store, defaults, defaultGenerator }: ReactorPlace): Promise<Generator | undefined> {
  const name = defaults?.generator
  if (name === undefined) return defaultGenerator()
  return findGenerator(store, name, defaultGenerator).catch((error: unknown) => {
    if (error instanceof UnknownGeneratorError) return undefined
    throw error
  })
}

function noGenerator(name: string | undefined): Notice {
  const message = `New projects are to draw from the generator ${name}, which is not there: import it with  sixteen import`
  return { code: 'generator-unknown', level: 'error', message }
}

/** Why the configuration's classes can be no label list, such as names that are no paths. */
function unusableLabels({ labels }: PlatformProject): Notice | undefined {
  if (labels.length === 0) return undefined
  try {
    labelListOf(labels, 1, partColor)
    return undefined
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const reasons = [...new Set(error.issues.map(({ message }) => message))].join('; ')
    const message = `The labels of the configuration cannot be used: ${reasons}. Change them there.`
    return { code: 'labels-unusable', level: 'error', message: message.slice(0, 2000) }
  }
}

/** Takes over the label list that the platform asks for. @returns the project as it is then */
export async function adoptLabels({ store, keys }: ReactorPlace, labelList: LabelList): Promise<Project> {
  return (await updateJson(store, keys.project, Project, (project) => ({ ...project, labelList }))).value
}
