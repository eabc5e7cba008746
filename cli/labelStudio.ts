/** What commands that talk to a Label Studio server have in common. */
import type { Command } from 'commander'
import { type LabelStudioClient, openLabelStudioClient } from '../integrations/label-studio/client.ts'
import { findProject } from '../integrations/label-studio/projects.ts'
import { UsageError } from './errors.ts'

export interface LabelStudioOptions {
  readonly url?: string
  readonly token?: string
}

/** Which server, and as whom. */
export function withLabelStudio(command: Command): Command {
  return command
    .option('--url <url>', 'address of the Label Studio server (or LABEL_STUDIO_URL)')
    .option('--token <token>', 'its token; better in the environment, as LABEL_STUDIO_TOKEN')
}

/** @throws UsageError where address or token is missing, PlatformError where they cannot be one */
export function openClient({ url, token }: LabelStudioOptions): LabelStudioClient {
  const address = (url ?? process.env.LABEL_STUDIO_URL)?.trim()
  const secret = (token ?? process.env.LABEL_STUDIO_TOKEN)?.trim()
  if (address === undefined || address === '')
    throw new UsageError('name the Label Studio server: --url http://localhost:8080')
  if (secret === undefined || secret === '')
    throw new UsageError('put a token of the Label Studio server into the environment as LABEL_STUDIO_TOKEN')
  return openLabelStudioClient({ address, token: secret })
}

/** The number of a project, by number or title. @throws UsageError where there is none */
export async function requireProject(client: LabelStudioClient, project: string): Promise<string> {
  const found = await findProject(client, project)
  if (found === undefined) throw new UsageError(`Label Studio has no project ${project} that this token may see`)
  return found
}
