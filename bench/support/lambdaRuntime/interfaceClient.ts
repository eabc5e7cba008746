/**
 * The program that runs a handler on Lambda: AWS publishes it as `aws-lambda-ric`, whose native part is built where it is
 * installed. It is no dependency of ours: whoever measures installs it into `.cache`, which takes a minute or two, once.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const interfaceClientVersion = '4.0.2'

/** The client cannot be installed here. */
export class InterfaceClientError extends Error {
  override readonly name = 'InterfaceClientError'
}

/** What its installation runs, and the package of Debian that holds it. */
const tools: Readonly<Record<string, string>> = {
  cmake: 'cmake',
  make: 'make',
  'g++': 'g++',
  tar: 'tar',
  xz: 'xz-utils',
  python3: 'python3',
}

/**
 * @param cache a folder that version control ignores
 * @returns the path of the client, which Node runs
 * @throws InterfaceClientError says what is missing
 */
export function interfaceClient(cache: string): string {
  const folder = join(cache, `aws-lambda-ric-${interfaceClientVersion}`)
  const client = (place: string): string => join(place, 'node_modules/aws-lambda-ric/index.mjs')
  if (existsSync(client(folder))) return client(folder)

  const missing = Object.keys(tools).filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0)
  if (missing.length > 0)
    throw new InterfaceClientError(
      `aws-lambda-ric builds its native part, and needs ${missing.join(', ')}: ` +
        `apt-get install ${missing.map((tool) => tools[tool]).join(' ')}`,
    )
  const unfinished = `${folder}-unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const manifest = {
    private: true,
    dependencies: { 'aws-lambda-ric': interfaceClientVersion },
    allowScripts: { 'aws-lambda-ric': true },
  }
  writeFileSync(join(unfinished, 'package.json'), JSON.stringify(manifest))
  const log = join(unfinished, 'install.log')
  const { status } = spawnSync('sh', ['-c', `npm install --foreground-scripts --no-audit --no-fund >${log} 2>&1`], {
    cwd: unfinished,
  })
  if (status !== 0 || !existsSync(join(client(unfinished), '../rapid-client.node')))
    throw new InterfaceClientError(
      `aws-lambda-ric ${interfaceClientVersion} cannot be built (all of it in ${log}). Beside the tools it needs Node's ` +
        'headers, which node-gyp loads where they are not installed, and, where the archive of its curl was unpacked out of ' +
        `order, autoconf, automake and libtool.\n${readFileSync(log, 'utf8').slice(-2000)}`,
    )
  // Last, so that what was interrupted is done again.
  renameSync(unfinished, folder)
  return client(folder)
}
