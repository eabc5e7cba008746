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

/** Why keys are given by patterns. */
export const keysAreMadeLater =
  'projects, runs and images get their names when people make them: these are all of one kind'
