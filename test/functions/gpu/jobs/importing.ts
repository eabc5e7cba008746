/** What imports of the small generators are tested with. */
import { createHash } from 'node:crypto'
import type { ImportRequest } from '../../../../functions/gpu/jobs/importGenerator.ts'
import { createJson, type Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { type Generator, Project } from '../../../../schemas/project.ts'
import { fixture } from '../../../support/fixture.ts'
import { tinyProject } from './tinyJobs.ts'

export const skip = fixture('stylegan/skip.generator.safetensors')
export const resnet = fixture('stylegan/resnet.generator.safetensors')
export const now = new Date('2030-01-01T12:00:00.000Z')
export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export const request = (more: Partial<ImportRequest> = {}): ImportRequest => ({
  name: 'faces',
  file: skip,
  location: 'skip.safetensors',
  precision: 'float32',
  replace: false,
  licence: async () => null,
  now: () => now,
  ...more,
})

export async function objectsOf(store: Store): Promise<ReadonlyMap<string, string>> {
  const objects = new Map<string, string>()
  for await (const key of store.list('')) objects.set(key, hashOf((await store.get(key))?.bytes ?? Uint8Array.of()))
  return objects
}

export async function useInProject(store: Store, generator: Generator): Promise<void> {
  const project = { ...tinyProject(), generator }
  await createJson(store, projectKeys('label-studio', project.id).project, Project, project)
}
