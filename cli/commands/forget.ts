import { Command } from 'commander'
import { openLabelStudio } from '../../integrations/label-studio/platform.ts'
import { ModelVersion } from '../../schemas/modelVersion.ts'
import { UsageError } from '../errors.ts'
import { type LabelStudioOptions, openClient, requireProject, withLabelStudio } from '../labelStudio.ts'

interface ForgetCommandOptions extends LabelStudioOptions {
  readonly project: string
  readonly force: boolean
  readonly json: boolean
}

export const forget = withLabelStudio(
  new Command('forget')
    .description('take the predictions of an old version out of a Label Studio project; annotations stay as they are')
    .argument('<version>', 'such as sixteen-v1')
    .requiredOption('--project <id>', 'number or title of the project'),
)
  .option('--force', 'even those of the version that is shown', false)
  .option('--json', 'print the result as JSON, and nothing else', false)
  .addHelpText(
    'after',
    `
Example:
  sixteen forget sixteen-v1 --url http://localhost:8080 --project 8
`,
  )
  .action(async (text: string, { project: name, force, json, ...options }: ForgetCommandOptions) => {
    const version = ModelVersion.safeParse(text)
    if (!version.success) throw new UsageError(`${text} is no version: they are named sixteen-v1, sixteen-v2, …`)
    const client = openClient(options)
    const project = await requireProject(client, name)
    const platform = openLabelStudio(client)
    const { shown, title } = await platform.readProject(project)
    if (shown === version.data && !force)
      throw new UsageError(`${text} is what project ${project} shows: choose another version first, or add --force`)
    const removed = await platform.removePredictions(project, version.data)
    if (json) console.log(JSON.stringify({ project, version: version.data, removed }))
    else console.log(`${removed} predictions of ${version.data} are gone from project ${project}: ${title}`)
  })
