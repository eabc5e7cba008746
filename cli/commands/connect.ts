import { Command, Option } from 'commander'
import { projectKey } from '../../functions/edge/access.ts'
import { partColor } from '../../integrations/datasets/partColors.ts'
import { checkServer } from '../../integrations/label-studio/checkServer.ts'
import type { LabelStudioClient } from '../../integrations/label-studio/client.ts'
import { connectBackend } from '../../integrations/label-studio/connect.ts'
import { openLabelStudio } from '../../integrations/label-studio/platform.ts'
import { createProject, findProject, type NewProject } from '../../integrations/label-studio/projects.ts'
import type { Notice } from '../../schemas/notice.ts'
import { UsageError } from '../errors.ts'
import { labelPresets, readLabelList } from '../labelList.ts'
import { type LabelStudioOptions, openClient, requireProject, withLabelStudio } from '../labelStudio.ts'
import { setting } from '../setting.ts'

interface ConnectCommandOptions extends LabelStudioOptions {
  readonly project?: string
  readonly create?: string
  readonly labels?: string
  readonly paint?: 'brush' | 'polygon' | 'bitmask'
  readonly smartTools: boolean
  readonly backend: string
  readonly replaces?: string
  readonly json: boolean
}

export const connect = withLabelStudio(
  new Command('connect').description(
    'connect a Label Studio project to this server, and explain whatever stands in the way',
  ),
)
  .option('--project <id>', 'number or title of a project that is there')
  .option('--create <title>', 'make a project instead; needs --labels')
  .option('--labels <list>', `parts for --create: a,b,c, or ${labelPresets.join(', ')}, or a JSON file`)
  .addOption(
    new Option(
      '--paint <kind>',
      'how parts are painted in a project that is made; without it by brush, many parts by bitmask',
    ).choices(['brush', 'polygon', 'bitmask']),
  )
  .option('--smart-tools', 'with --create: a click or a box asks for one part of an image of yours', false)
  .option('--backend <url>', 'address at which Label Studio reaches `sixteen serve`', 'http://127.0.0.1:9090')
  .option('--replaces <url>', 'address that it had before, to be taken away')
  .option('--json', 'print the result as JSON, and nothing else', false)
  .addHelpText(
    'after',
    `
With SIXTEEN_ACCESS_KEY in the environment, the same that the server has, the backend's address gets a key of its own,
which opens this one project.

Examples:
  sixteen connect --url http://localhost:8080 --project 8
  sixteen connect --url http://localhost:8080 --create Faces --labels Hair,Eye,Nose,Mouth
`,
  )
  .action(async (options: ConnectCommandOptions) => {
    const client = openClient(options)
    const wanted = await readWanted(options)
    const { version, notices: aboutServer } = await checkServer(client)
    const { project, notices: aboutProject } = await projectOf(client, wanted)
    const seen = await openLabelStudio(client).readProject(project)
    const backendUrl = withKey(options.backend, project)
    const connection = await connectBackend(client, {
      project,
      backendUrl,
      title: 'Sixteen',
      ...(options.replaces === undefined ? {} : { replaces: withKey(options.replaces, project) }),
    })
    const unknown = await announce(backendUrl, project)
    const notices = [...aboutServer, ...aboutProject, ...seen.notices, ...connection.notices, ...unknown]
    const failed = notices.some(({ level }) => level === 'error')
    if (options.json) {
      const { title, address } = seen
      console.log(JSON.stringify({ project, title, address, version, notified: connection.notified, notices }))
    } else {
      console.log(`Label Studio ${version}, project ${project}: ${seen.title}`)
      for (const notice of notices) console.log(formatNotice(notice))
      console.log(
        failed
          ? `\nNot connected yet: see above, then give the command again, with --project ${project}.`
          : `\nConnected. Seed images appear in ${seen.address}; paint them, and the first run begins by itself.`,
      )
    }
    if (failed) process.exitCode = 1
  })

/** A project that is there, by number or title; or what is to be made. @throws UsageError before anything is asked or made */
async function readWanted({
  project,
  create,
  labels,
  paint,
  smartTools,
}: ConnectCommandOptions): Promise<string | NewProject> {
  if (project !== undefined && create === undefined) return project
  if (project !== undefined || create === undefined)
    throw new UsageError('give either --project, for one that is there, or --create with a title')
  if (labels === undefined)
    throw new UsageError('--create needs --labels: what is to be painted, such as Hair,Eye,Nose')
  const kind = paint === undefined ? {} : { kind: paint }
  return { title: create, labels: await readLabels(labels), smartTools, ...kind }
}

/** @returns the number of the project that is there, or was made; given again, the command makes no second one */
async function projectOf(
  client: LabelStudioClient,
  wanted: string | NewProject,
): Promise<{ readonly project: string; readonly notices: readonly Notice[] }> {
  if (typeof wanted === 'string') return { project: await requireProject(client, wanted), notices: [] }
  const there = await findProject(client, wanted.title)
  if (there === undefined) return { project: await createProject(client, wanted), notices: [] }
  const message = `There is a project ${JSON.stringify(wanted.title)} already: it is connected, and its labels stay as they are.`
  return { project: there, notices: [{ code: 'project-there', level: 'warning', message }] }
}

/** The background is what nobody paints. */
async function readLabels(list: string): Promise<readonly { name: string; color: string }[]> {
  const names = list.split(',').map((name) => name.trim())
  if (names.length > 1) return names.map((name, index) => ({ name, color: partColor(index + 1) }))
  const { parts } = await readLabelList(list)
  return parts.filter(({ id }) => id > 0)
}

/** Milliseconds that the server beside us is given. */
const patience = 5000

/**
 * Tells our server of the project, as Label Studio does when it may: where it may not, nobody else would.
 * @returns what is wrong with the server's answer
 */
async function announce(backendUrl: string, project: string): Promise<readonly Notice[]> {
  const answer = await fetch(`${backendUrl.replace(/\/+$/, '')}/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project }),
    signal: AbortSignal.timeout(patience),
  }).catch(() => undefined)
  if (answer?.ok) return []
  if (answer === undefined) {
    const message =
      'Sixteen cannot be reached from here at that address. That is well where only Label Studio can; else start it with  sixteen serve'
    return [{ code: 'server-announcement', level: 'info', message }]
  }
  const why = [401, 403, 404].includes(answer.status)
    ? 'is SIXTEEN_ACCESS_KEY the same here and where it serves?'
    : 'its log says why.'
  return [
    {
      code: 'server-announcement',
      level: 'error',
      message: `Sixteen answers ${answer.status} at that address: ${why}`,
    },
  ]
}

/** The backend's address with a key of its own in its path, so that Label Studio's webhooks carry it, too. */
function withKey(backend: string, project: string): string {
  const key = setting('SIXTEEN_ACCESS_KEY')
  if (key === undefined) return backend
  return `${backend.replace(/\/+$/, '')}/k/${projectKey(key, 'label-studio', project)}`
}

const marks: Readonly<Record<Notice['level'], string>> = { info: '·', warning: '!', error: '✖' }

function formatNotice({ level, message }: Notice): string {
  return `${marks[level]} ${message}`
}
