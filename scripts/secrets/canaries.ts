/** Secrets made up for one check: nobody knows them, so wherever one is found, it has leaked. */
import { projectKey } from '../../functions/edge/access.ts'

export interface Canary {
  /** For people: what kind of secret it is. */
  readonly name: string
  readonly value: string
  /** The parts of it that nothing else can hold, since they are random. */
  readonly secrets: readonly string[]
  /** What has to become of it, or the check proved nothing: it is let in, or it is sent only, or neither. */
  readonly purpose: 'let in' | 'sent' | 'looked for'
}

export interface Canaries {
  readonly accessKey: Canary
  /** The keys of projects, by their numbers, made from the access key. Those of projects 1 and 2 open something. */
  readonly projectKeys: ReadonlyMap<string, Canary>
  /** What Label Studio's users have: 40 hexadecimal digits, a text that an administrator chose, a JSON Web Token. */
  readonly legacyToken: Canary
  readonly chosenToken: Canary
  readonly personalToken: Canary
  /** What the personal token is exchanged for. */
  readonly accessToken: Canary
  readonly huggingFaceToken: Canary
  readonly wrong: Readonly<Record<WrongSecret, Canary>>
  readonly all: readonly Canary[]
}

const wrongSecrets = {
  key: 'a wrong access key',
  projectMac: 'a wrong key of a project',
  token: 'a wrong legacy token',
  webToken: 'a wrong personal access token',
  setupToken: 'the access token in /setup',
  webhookToken: 'the token of the project in /webhook',
  login: 'the login in /predict',
  password: 'the password in /predict',
  extra: 'a secret in extra parameters',
  malformed: 'a secret in JSON that is malformed',
  misfit: 'a secret in JSON that does not fit',
  oversized: 'a secret in a body that is too large',
  query: 'a secret in a query',
  bearer: 'a bearer token',
  cookie: 'a cookie',
  urlPassword: 'the password in an address',
} as const
export type WrongSecret = keyof typeof wrongSecrets

/** Projects that there may be. */
const maximumProjects = 100

/** @param random gives that many random bytes */
export function makeCanaries(random: (bytes: number) => Buffer): Canaries {
  const text = (bytes: number): string => random(bytes).toString('base64url')
  const canary = (name: string, value: string, purpose: Canary['purpose'], secrets = [value]): Canary => ({
    name,
    value,
    secrets,
    purpose,
  })
  const webToken = (name: string, kind: string, purpose: Canary['purpose'] = 'let in'): Canary => {
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url')
    const claims = { token_type: kind, exp: 8_000_000_300, iat: 8_000_000_000, jti: random(16).toString('hex') }
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const signature = text(32)
    // The rest of it is the same in all web tokens.
    return canary(name, `${header}.${payload}.${signature}`, purpose, [payload.slice(-40, -4), signature])
  }
  // Characters that JSON, HTML and addresses each write in ways of their own.
  const accessKey = canary('the access key', `${text(15)}"é+&${text(15)}`, 'let in')
  const projectKeys = new Map(
    Array.from({ length: maximumProjects }, (_, index) => {
      const project = String(index + 1)
      const key = projectKey(accessKey.value, 'label-studio', project)
      const mac = key.slice(key.lastIndexOf('.') + 1)
      return [project, canary(`the key of project ${project}`, key, index < 2 ? 'let in' : 'looked for', [mac])]
    }),
  )
  const legacyToken = canary('the legacy token', random(20).toString('hex'), 'let in')
  const chosenToken = canary('the chosen token', `${text(9)}+/${text(9)}=`, 'let in')
  const personalToken = webToken('the personal access token', 'refresh')
  const accessToken = webToken('the token for five minutes', 'access')
  const huggingFaceToken = canary('the Hugging Face token', `hf_${random(17).toString('hex')}`, 'let in')
  const wrongOne = (secret: Exclude<WrongSecret, 'webToken'>): Canary =>
    canary(wrongSecrets[secret], secret === 'token' ? random(20).toString('hex') : text(24), 'sent')
  const wrong: Canaries['wrong'] = {
    key: wrongOne('key'),
    projectMac: wrongOne('projectMac'),
    token: wrongOne('token'),
    webToken: webToken(wrongSecrets.webToken, 'refresh', 'sent'),
    setupToken: wrongOne('setupToken'),
    webhookToken: wrongOne('webhookToken'),
    login: wrongOne('login'),
    password: wrongOne('password'),
    extra: wrongOne('extra'),
    malformed: wrongOne('malformed'),
    misfit: wrongOne('misfit'),
    oversized: wrongOne('oversized'),
    query: wrongOne('query'),
    bearer: wrongOne('bearer'),
    cookie: wrongOne('cookie'),
    urlPassword: wrongOne('urlPassword'),
  }
  const tokens = [legacyToken, chosenToken, personalToken, accessToken, huggingFaceToken]
  const all = [accessKey, ...projectKeys.values(), ...tokens, ...Object.values(wrong)]
  return { accessKey, projectKeys, legacyToken, chosenToken, personalToken, accessToken, huggingFaceToken, wrong, all }
}
