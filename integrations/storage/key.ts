import { InvalidKeyError } from './errors.ts'

/** Longest key, in characters: what S3 takes. */
export const maximumKeyLength = 1024
/** Longest step of a key, in characters: what file systems take as a name. */
export const maximumStepLength = 255

// Lower case only, because two keys that differ in case would be one file on macOS and Windows. No leading dot, because
// such names are the drivers' own; no trailing dot, because Windows takes it away.
const step = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?$/
const stepBeginning = /^(?:[a-z0-9_][a-z0-9._-]*)?$/

const problemOf = (steps: string[], last: RegExp): string | undefined => {
  if (steps.join('/').length > maximumKeyLength) return `it is longer than ${maximumKeyLength} characters`
  const tooLong = steps.some((name) => name.length > maximumStepLength)
  if (tooLong) return `one of its steps is longer than ${maximumStepLength} characters`
  const bad = steps.find((name, index) => !(index === steps.length - 1 ? last : step).test(name))
  if (bad === undefined) return undefined
  return bad === '' ? 'it has an empty step' : `the step ${JSON.stringify(bad)} is not allowed`
}

const refuse = (what: string, text: unknown, problem: string): never => {
  // JSON shows control characters; a hostile key may be long, and its beginning is enough to find it.
  const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 120)) : String(text)
  throw new InvalidKeyError(
    `${shown} is no ${what}: ${problem}; steps are lower-case letters, digits and . _ - and are joined by /`,
  )
}

/** Whether a file or folder name may be a step of a key. */
export const isStep = (name: string): boolean => name.length <= maximumStepLength && step.test(name)

/**
 * The steps of a key: `runs/sixteen-v1/run.json` gives three.
 * @throws InvalidKeyError for an empty key or step, `.`, `..`, a leading `/`, `\`, NUL, upper case, or too much length
 */
export const keySteps = (key: string): string[] => {
  if (typeof key !== 'string') return refuse('key', key, 'it is not a string')
  const steps = key.split('/')
  const problem = problemOf(steps, step)
  return problem === undefined ? steps : refuse('key', key, problem)
}

/** Lets a key pass. @throws InvalidKeyError like `keySteps` */
export const checkKey = (key: string): string => keySteps(key).join('/')

/**
 * Lets the beginning of a key pass, as `list` takes it: '' or `runs/` or `samples/avatars-s1`.
 * @throws InvalidKeyError when no key can begin so
 */
export const checkPrefix = (prefix: string): string => {
  if (typeof prefix !== 'string') return refuse('prefix', prefix, 'it is not a string')
  const problem = problemOf(prefix.split('/'), stepBeginning)
  return problem === undefined ? prefix : refuse('prefix', prefix, problem)
}

/**
 * Lets the prefix of a folder pass, as `folders` takes it: '' or `runs/`.
 * @throws InvalidKeyError when it does not end with a step, or no key can begin so
 */
export const checkFolder = (folder: string): string => {
  if (checkPrefix(folder) !== '' && !folder.endsWith('/')) return refuse('folder', folder, 'it does not end in /')
  return folder
}
