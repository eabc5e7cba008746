import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { Permission } from './permissions.ts'

/**
 * Keys of the store that roles are let at, as integrations/storage/keys.ts lays them out. In a policy a `*` also stands for
 * what has slashes in it.
 */
export const keyPatterns = {
  projects: 'projects/*',
  /** Settings, and what a project is. */
  projectRecords: 'projects/*/project.json',
  /** What was last seen of a project. */
  projectStates: 'projects/*/state.json',
  runRecords: 'projects/*/runs/*/run.json',
  seedLists: 'projects/*/seeds.json',
  annotations: 'projects/*/annotations/*',
  /** Which version is shown. */
  serving: 'projects/*/serving.json',
  trainRequests: 'projects/*/train-request.json',
  generators: 'generators/*',
  generatorRecords: 'generators/*/generator.json',
} as const

/** To do this with all objects whose keys fit one of the patterns. */
export function permissionForKeys(
  bucket: IBucket,
  actions: readonly string[],
  patterns: readonly string[],
): Permission {
  return {
    actions,
    resources: patterns.map((keys) => bucket.arnForObjects(keys)),
    wildcard: 'projects, runs and images get their names when people make them: these are all of one kind',
  }
}
