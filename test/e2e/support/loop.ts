/** A Label Studio, our server beside it, and the steps of the loop between them. */
import { join } from 'node:path'
import { expect } from 'vitest'
import {
  type LabelStudioServer,
  type LabelStudioServerOptions,
  startLabelStudio,
} from '../../../scripts/label-studio-server.ts'
import { type Annotator, annotatorOf, type Task } from './annotator.ts'
import { sixteen } from './sixteen.ts'
import { type SixteenServer, type SixteenServerOptions, startSixteen } from './sixteenServer.ts'
import { makeWorkplace, type Workplace } from './workplace.ts'

export interface Loop {
  readonly workplace: Workplace
  readonly labelStudio: LabelStudioServer
  readonly annotator: Annotator
  /** Starts our server; by default in a folder of its own. */
  serve(options?: Partial<SixteenServerOptions>): Promise<SixteenServer>
  /** Makes a project with the given label configuration, connects it, and waits for its seeds. @returns its number */
  connectedProject(server: SixteenServer, title: string, config?: string): Promise<string>
  /** Connects a project through the command line. @returns what it printed */
  connect(server: SixteenServer, project: string): Promise<string>
  /** Paints every seed that is not painted. */
  paintSeeds(project: string): Promise<void>
  close(): Promise<void>
}

/** Lines of our server's log that tell of the end of work. */
export const ended = (project: string, work: string): RegExp =>
  new RegExp(`"project":"${project}".*"work":"${work}".*"work is done"`)

/** @param options of the Label Studio server */
export async function openLoop(
  name: string,
  options: Pick<LabelStudioServerOptions, 'validatePredictions' | 'environment'>,
): Promise<Loop> {
  const workplace = await makeWorkplace(name)
  const labelStudio = await startLabelStudio({ dataFolder: join(workplace.folder, 'label-studio'), ...options })
  const annotator = annotatorOf(labelStudio)
  const servers: SixteenServer[] = []
  let folders = 0

  const connect = async (server: SixteenServer, project: string): Promise<string> => {
    const arguments_ = ['connect', '--url', labelStudio.address, '--project', project, '--backend', server.address]
    const { code, stdout, stderr } = await sixteen(arguments_, {
      env: { LABEL_STUDIO_TOKEN: labelStudio.token, SIXTEEN_ACCESS_KEY: server.accessKey ?? '' },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  return {
    workplace,
    labelStudio,
    annotator,
    async serve(options = {}) {
      folders += 1
      const folder = options.folder ?? (await workplace.make(`sixteen-${folders}`))
      const server = await startSixteen({ labelStudio, ...options, folder })
      servers.push(server)
      return server
    },
    async connectedProject(server, title, config) {
      const project = await annotator.createProject(title, config)
      const shown = server.said(ended(project, 'seeds'))
      await connect(server, project)
      await shown
      return project
    },
    connect,
    async paintSeeds(project) {
      for (const seed of await annotator.seeds(project)) if (seed.annotations.length === 0) await annotator.paint(seed)
    },
    async close() {
      for (const server of servers) await server.stop()
      await labelStudio.stop()
      await workplace.remove()
    },
  }
}

/** Samples that tasks show, in order of their names. */
export function samplesOf(tasks: readonly Task[]): readonly string[] {
  return tasks.map(({ data }) => data.sample ?? 'no sample').toSorted()
}
