/** The deployment as the CDK synthesizes it. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const root = join(import.meta.dirname, '../../../..')

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
})

export interface Resource {
  readonly id: string
  readonly properties: Readonly<Record<string, unknown>>
}

export interface Template {
  all(type: string): readonly Resource[]
  /** The one whose id begins so. @throws where there are none or several */
  one(type: string, beginning: string): Resource
}

/**
 * Runs the app as the CDK's command line does, but bundles no code.
 * @param options of the deployment, as `-c name=value` gives them
 */
export async function synthesize(options: Readonly<Record<string, string>>): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-cdk-'))
  try {
    const context = { 'aws:cdk:bundling-stacks': [], image: 'registry.example/sixteen:1', ...options }
    await promisify(execFile)(process.execPath, ['cdk/main.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: folder, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) },
    })
    return readTemplate(JSON.parse(await readFile(join(folder, 'Sixteen.template.json'), 'utf8')))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readTemplate(json: unknown): Template {
  const resources = Object.entries(Template.parse(json).Resources)
  const all = (type: string): readonly Resource[] =>
    resources.flatMap(([id, { Type, Properties }]) => (Type === type ? [{ id, properties: Properties }] : []))
  return {
    all,
    one(type, beginning) {
      const [found, ...more] = all(type).filter(({ id }) => id.startsWith(beginning))
      if (found !== undefined && more.length === 0) return found
      throw new Error(`the template has ${more.length + Number(found !== undefined)} ${type} of ${beginning}, not one`)
    },
  }
}
