/** An annotation platform refuses, or says something unexpected. The message says what to do. */
export class PlatformError extends Error {
  override readonly name: string = 'PlatformError'
}

/** It does not answer, or not now: trying again later may help. */
export class PlatformUnavailableError extends PlatformError {
  override readonly name = 'PlatformUnavailableError'
}

/** An import got no answer, or an answer before it was done: whether the tasks are there has to be looked up. */
export class ImportUnsettledError extends PlatformError {
  override readonly name = 'ImportUnsettledError'
}

/** A version was to be shown of which there is no prediction: platforms refuse that. */
export class NothingToShowError extends PlatformError {
  override readonly name = 'NothingToShowError'

  constructor(project: string, version: string) {
    super(`Project ${project} has no predictions of ${version} to show: publish some first.`)
  }
}
