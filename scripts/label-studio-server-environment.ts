/** Who may sign in to a server, made anew for each. */
export interface ServerAccount {
  readonly email: string
  readonly password: string
  /** A legacy token. */
  readonly token: string
}

export interface ServerEnvironmentOptions {
  readonly dataFolder: string
  readonly account?: ServerAccount
  /** Whether it refuses predictions that do not fit the label configuration, as newer servers do. */
  readonly validatePredictions?: boolean
  /** Further variables; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** What the server needs of our own environment. Nothing else gets there, since it may hold secrets. */
const inherited = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'LD_LIBRARY_PATH']

/**
 * The environment of a Label Studio server for tests: it reports nothing to anybody, and takes backends, webhooks and
 * images on this machine, which a server on the internet refuses.
 */
export function serverEnvironment(options: ServerEnvironmentOptions): Record<string, string> {
  const { dataFolder, account, validatePredictions = false, environment = {} } = options
  const variables: Record<string, string | undefined> = {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    LABEL_STUDIO_BASE_DATA_DIR: dataFolder,
    COLLECT_ANALYTICS: 'false',
    SENTRY_DSN: '',
    FRONTEND_SENTRY_DSN: '',
    LATEST_VERSION_CHECK: 'false',
    ML_BLOCK_LOCAL_IP: 'false',
    SSRF_PROTECTION_ENABLED: 'false',
    // Output as it comes, so that the log's end says why a start failed.
    PYTHONUNBUFFERED: '1',
    ...(validatePredictions ? { fflag_feat_utc_210_prediction_validation_15082025: 'true' } : {}),
    ...(account
      ? {
          LABEL_STUDIO_USERNAME: account.email,
          LABEL_STUDIO_PASSWORD: account.password,
          LABEL_STUDIO_USER_TOKEN: account.token,
          LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN: 'true',
        }
      : {}),
    ...environment,
  }
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
