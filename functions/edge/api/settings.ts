import { isDeepStrictEqual } from 'node:util'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { getJson, updateJson } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { LifeSettings } from '../../../schemas/lifeSettings.ts'
import { Generator, imageSize, type Platform, Project, ProjectSettings } from '../../../schemas/project.ts'
import { Slug } from '../../../schemas/record.ts'
import type { RunVersion } from '../../../schemas/run.ts'
import { SeedList } from '../../../schemas/seedList.ts'
import { isActive } from '../../factory/runRecord.ts'
import { findGenerator, UnknownGeneratorError } from '../../generators.ts'
import { json, jsonBody } from '../documented.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { BadBodyError, ConflictError } from '../errors.ts'
import type { Edge } from '../options.ts'
import { ProjectPath } from '../paths.ts'
import { listRuns, readProject } from '../records.ts'
import { workOf } from './actions.ts'

const tags = ['Settings']
const path = '/projects/{platform}/{id}/settings'

const Settings = z.object({ generator: Generator, settings: ProjectSettings, life: LifeSettings })
type Settings = z.infer<typeof Settings>

/**
 * Fields that are left out stay as they are. A generator is named; what more is said of it must agree with what was imported.
 * Which there are, and their ranges, is checked with the values they join. */
const SettingsChange = z.strictObject({
  generator: z.union([Slug, Generator.strict()]).optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
  life: z.record(z.string(), z.unknown()).default({}),
})
type SettingsChange = z.infer<typeof SettingsChange>

const read = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Settings of a project',
  request: { params: ProjectPath },
  responses: { 200: json('The settings', Settings) },
})
const change = createRoute({
  method: 'patch',
  path,
  tags,
  summary: 'Change settings of a project',
  description:
    'Fields that are left out stay as they are; null takes an optional one away. A generator is given by its name, such as ' +
    '`{"generator": "faces"}`. Runs train a model for real images where `settings` hold a `segmenter`, which may be `{}` or ' +
    'name what differs from the defaults. While a run is under way, only `life` can be changed; the generator and the ' +
    'truncation only as long as no seed sample is chosen.',
  request: { params: ProjectPath, ...jsonBody(SettingsChange) },
  responses: { 200: json('All settings as they are now', Settings) },
})

export function addSettings(app: OpenAPIHono<EdgeEnvironment>, edge: Edge): void {
  const { store } = edge
  app.openapi(read, async (c) => c.json(settingsOf(await readProject(store, c.req.valid('param'))), 200))
  app.openapi(change, async (c) => {
    const at = c.req.valid('param')
    const wanted = c.req.valid('json')
    await readProject(store, at)
    await checkAllowed(edge, at, wanted)
    const { project: key } = projectKeys(at.platform, at.id)
    const generator = await wantedGenerator(edge, wanted)
    const { value } = await updateJson(store, key, Project, (project) =>
      changed(project, { ...wanted, generator: generator ?? project.generator }),
    )
    return c.json(settingsOf(value), 200)
  })
}

const settingsOf = ({ generator, settings, life }: Project): Settings => ({ generator, settings, life })

/** @throws BadBodyError names the fields that are unknown or out of range */
function changed(
  project: Project,
  { generator, settings, life }: Omit<SettingsChange, 'generator'> & Pick<Project, 'generator'>,
): Project {
  const size = maskSize(project.platform, generator)
  const merging = merged('settings', ProjectSettings.strict(), { ...project.settings, ...size }, settings)
  if (size !== undefined && (merging.labelWidth !== size.labelWidth || merging.labelHeight !== size.labelHeight))
    throw new BadBodyError(
      `settings do not fit: on a platform label maps are as large as the images that people paint on, ${size.labelWidth}×${size.labelHeight}`,
    )
  // On a platform seeds and generated images share one ψ, so that a corrected image is a seed like any other.
  const shared = project.platform === 'local' ? project.labelList.truncation : merging.truncation
  return {
    ...project,
    generator,
    labelList: { ...project.labelList, truncation: shared },
    settings: merging,
    life: merged('life', LifeSettings.strict(), project.life, life),
  }
}

/** Masks of another size than the image's are garbled by platforms, and paintings would not fit. */
function maskSize(platform: Platform, generator: Generator) {
  const { width, height } = imageSize(generator)
  return platform === 'local' ? undefined : { labelWidth: width, labelHeight: height }
}

/**
 * The generator that a change names, as it was imported.
 * @throws BadBodyError where there is none of that name, or it is said to be what it is not
 */
async function wantedGenerator(
  { store, defaultGenerator }: Edge,
  { generator: wanted }: SettingsChange,
): Promise<Generator | undefined> {
  if (wanted === undefined) return undefined
  const name = typeof wanted === 'string' ? wanted : wanted.name
  const found = await findGenerator(store, name, defaultGenerator).catch((error: unknown) => {
    throw error instanceof UnknownGeneratorError ? new BadBodyError(`generator does not fit: ${error.message}`) : error
  })
  if (typeof wanted !== 'string' && !isDeepStrictEqual(wanted, found))
    throw new BadBodyError(`generator does not fit: ${name} is another one than that; give its name alone`)
  return found
}

function merged<T extends object>(name: string, schema: z.ZodType<T>, old: T, fields: Record<string, unknown>): T {
  const kept = Object.entries({ ...old, ...fields }).filter(([, value]) => value !== null)
  const result = schema.safeParse(Object.fromEntries(kept))
  if (!result.success) throw new BadBodyError(`${name} do not fit: ${z.prettifyError(result.error)}`)
  return result.data
}

/**
 * All of `settings` and the generator decide what a run makes: its jobs read them again one after the other.
 * @throws ConflictError
 */
async function checkAllowed(edge: Edge, at: ProjectPath, { generator, settings }: SettingsChange): Promise<void> {
  if (generator === undefined && Object.keys(settings).length === 0) return
  const active = await activeRun(edge, at)
  if (active !== undefined)
    throw new ConflictError(
      `run ${active} is under way, and these settings decide what it makes: stop it first, or wait`,
    )
  const other = generator === undefined ? undefined : 'generator'
  const what = other ?? (at.platform !== 'local' && 'truncation' in settings ? 'truncation' : undefined)
  if (what === undefined) return
  const seeds = await getJson(edge.store, projectKeys(at.platform, at.id).seeds, SeedList)
  if (seeds !== undefined && seeds.value.chosen.length > 0)
    throw new ConflictError(
      `the seed samples were made with the present ${what}: connect a new project for another one`,
    )
}

/** A run that was stopped may be about to go on, which only the workflow knows. */
async function activeRun({ store, workflow }: Edge, at: ProjectPath): Promise<RunVersion | undefined> {
  for (const run of (await listRuns(store, at)).toReversed()) {
    const { state, version } = run
    const isAboutToGoOn = async () => state !== 'done' && (await workflow?.isActive(workOf({ ...at, version })))
    if (isActive(run) || (await isAboutToGoOn())) return version
  }
  return undefined
}
