/** Does the steps of a Dockerfile in their order, in folders that stand for the roots of its stages. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join, relative, resolve, sep } from 'node:path'
import { type Instruction, parseDockerfile } from './dockerfile.ts'
import { parseDockerIgnore } from './dockerIgnore.ts'
import type { BaseSubstitute, CommandSubstitute } from './substitutes.ts'

/** A step failed, or is none that can be done here or left out. */
export class ImageStepError extends Error {
  override readonly name = 'ImageStepError'
  constructor({ line, text }: Instruction, message: string) {
    super(`Dockerfile, line ${line}: ${message}\n  ${text}`)
  }
}

/** What became of a step. */
export interface StepReport {
  readonly line: number
  readonly step: string
  readonly how: 'done' | 'replaced' | 'left out'
  readonly remark: string
}

/** A stage, as far as it was made. */
export interface Image {
  /** The folder that stands for `/`. */
  readonly root: string
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  readonly user: string
  readonly shell: readonly string[]
  readonly entryPoint: readonly string[]
  readonly healthCheck: readonly string[]
}

export interface BuildOptions {
  /** Holds the Dockerfile, the .dockerignore, and what COPY copies. */
  readonly context: string
  /** An empty folder for the stages. */
  readonly work: string
  readonly bases: readonly BaseSubstitute[]
  readonly commands: readonly CommandSubstitute[]
  readonly report: (step: StepReport) => void
}

/** @returns the last stage @throws ImageStepError, DockerfileError, DockerIgnoreError */
export function buildImage(options: BuildOptions): Image {
  const { context, report } = options
  const seen = parseDockerIgnore(readFileSync(join(context, '.dockerignore'), 'utf8'))
  const stages = new Map<string, Image>()
  let image: Image | undefined
  let name = ''
  for (const step of parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    const done = (how: StepReport['how'] = 'done', remark = '', text = step.text): void =>
      report({ line: step.line, step: text, how, remark })
    if (step.name === 'FROM') {
      name = step.stage ?? ''
      const made = from(step, options, stages)
      image = made.image
      stages.set(name, image)
      done('replaced', made.reason)
      continue
    }
    if (step.name === 'ARG') {
      done()
      continue
    }
    if (image === undefined) throw new ImageStepError(step, 'it stands before the first FROM')
    switch (step.name) {
      case 'COPY': {
        const source = step.from === undefined ? undefined : stages.get(step.from)
        if (step.from !== undefined && source === undefined) throw new ImageStepError(step, 'there is no such stage')
        done('done', `${copy(step, source?.root, { image, context, seen })} files`)
        break
      }
      case 'RUN':
        for (const command of step.command.split(' && ')) run(step, command, image, options.commands, done)
        break
      case 'WORKDIR':
        image = { ...image, folder: resolve('/', image.folder, step.value) }
        mkdirSync(join(image.root, image.folder), { recursive: true })
        done()
        break
      default:
        image = { ...image, ...settingOf(step, image) }
        done()
    }
    stages.set(name, image)
  }
  if (image === undefined) throw new ImageStepError({ line: 1, text: '', name: 'LABEL' }, 'there is no FROM')
  return image
}

function from(step: Instruction & { name: 'FROM' }, { work, bases }: BuildOptions, stages: ReadonlyMap<string, Image>) {
  const base = bases.find(({ image }) => image.test(step.image))
  if (base === undefined) throw new ImageStepError(step, `nothing takes the place of ${step.image}`)
  const root = join(work, `${stages.size}-${step.stage ?? 'image'}`)
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
  if (base.bringsNode) {
    const [, version] = base.image.exec(step.image) ?? []
    if (version !== process.versions.node)
      throw new ImageStepError(step, `its Node is ${version}, that of this project ${process.versions.node}`)
    const node = join(root, 'usr/local/bin/node')
    copyFileSync(process.execPath, node)
    chmodSync(node, 0o755)
  }
  const shell = ['/bin/sh', '-c']
  const image: Image = { root, environment: {}, folder: '/', user: 'root', shell, entryPoint: [], healthCheck: [] }
  return { image, reason: base.reason }
}

/** What an instruction only writes down. */
function settingOf(step: Instruction, { environment }: Image): Partial<Image> {
  switch (step.name) {
    case 'ENV':
      return { environment: { ...environment, ...step.variables } }
    case 'USER':
      return { user: step.value }
    case 'SHELL':
      return { shell: step.words }
    case 'ENTRYPOINT':
      return { entryPoint: step.words }
    case 'HEALTHCHECK':
      return { healthCheck: step.words }
    default:
      return {}
  }
}

/** @returns the number of files */
function copy(
  step: Instruction & { name: 'COPY' },
  stage: string | undefined,
  { image, context, seen }: { image: Image; context: string; seen: (path: string) => boolean },
): number {
  let files = 0
  const intoFolder = step.target.endsWith('/') || step.sources.length > 1
  for (const source of step.sources) {
    const start = join(stage ?? context, source)
    const path = (file: string): string => relative(context, file).split(sep).join('/')
    // Only a stage's own root is let in as a whole.
    const visible = (file: string): boolean => stage !== undefined || seen(path(file))
    if (!existsSync(start) || !visible(start))
      throw new ImageStepError(step, `${source} is not there, or .dockerignore keeps it out`)
    const isFolder = statSync(start).isDirectory()
    const target = resolve(
      '/',
      image.folder,
      step.target,
      intoFolder && !isFolder ? (source.split('/').at(-1) ?? '') : '',
    )
    mkdirSync(dirname(join(image.root, target)), { recursive: true })
    cpSync(start, join(image.root, target), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => {
        if (!visible(file)) return false
        if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) files += 1
        return true
      },
    })
  }
  return files
}

function run(
  step: Instruction,
  command: string,
  image: Image,
  known: readonly CommandSubstitute[],
  done: (how: StepReport['how'], remark: string, text: string) => void,
): void {
  const found = known.find((one) => one.command.test(command))
  if (found === undefined)
    throw new ImageStepError(
      step,
      `it is neither known to be harmless here, nor is anything known in its place: ${command}`,
    )
  const text = `RUN ${command}`
  if (found.how === 'left out') {
    done('left out', found.reason, text)
    return
  }
  const [program = '', ...words] = [...image.shell, found.how === 'run' ? command : found.by]
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: join(image.root, image.folder),
    env: { ...buildEnvironment(process.env), ...image.environment, PATH: searchPath(image.root) },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) throw new ImageStepError(step, `${command} failed: ${error?.message ?? `${stdout}\n${stderr}`}`)
  if (found.how === 'run') done('done', '', text)
  else done('replaced', `${found.reason} (${found.by})`, text)
}

/** Without what `npm run` tells of this project: the steps' own npm would take it for told to itself. */
function buildEnvironment(ours: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofThisMachine = /^npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile)$/i
  return Object.fromEntries(
    Object.entries(ours).filter(
      ([name]) => !/^(npm_|NODE_(ENV|OPTIONS|PATH)$|INIT_CWD)/i.test(name) || ofThisMachine.test(name),
    ),
  )
}

/** The stage's programs, before those of this machine that take the place of its base image. */
export const searchPath = (root: string): string => [join(root, 'usr/local/bin'), process.env.PATH].join(delimiter)
