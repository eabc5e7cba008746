/** Reads as much of a Dockerfile as ours uses, and refuses the rest: what is not understood cannot be checked. */
import { z } from 'zod'

/** A Dockerfile that holds what is not understood here. */
export class DockerfileError extends Error {
  override readonly name = 'DockerfileError'
  constructor(line: number, message: string) {
    super(`Dockerfile, line ${line}: ${message}`)
  }
}

export type Instruction = { readonly line: number; readonly text: string } & (
  | { readonly name: 'FROM'; readonly image: string; readonly stage: string | undefined }
  | { readonly name: 'COPY'; readonly from: string | undefined; readonly sources: string[]; readonly target: string }
  | { readonly name: 'RUN'; readonly command: string }
  | { readonly name: 'ENV'; readonly variables: Readonly<Record<string, string>> }
  | { readonly name: 'WORKDIR' | 'USER' | 'STOPSIGNAL'; readonly value: string }
  | { readonly name: 'SHELL' | 'ENTRYPOINT' | 'HEALTHCHECK'; readonly words: string[] }
  | { readonly name: 'ARG' | 'LABEL' }
)

interface Line {
  readonly line: number
  readonly name: string
  readonly rest: string
}

const Words = z.array(z.string()).min(1)

/**
 * @param text of a Dockerfile
 * @returns its instructions; ARGs before the first FROM are put in, where FROM names them
 * @throws DockerfileError
 */
export function parseDockerfile(text: string): Instruction[] {
  const values = new Map<string, string>()
  return logicalLines(text).map(({ line, name, rest }): Instruction => {
    const fail = (message: string) => new DockerfileError(line, message)
    const at = { line, text: `${name} ${rest}` }
    const words = (value: string): string[] => {
      const parsed = Words.safeParse(jsonOf(value))
      if (!parsed.success) throw fail(`${name} has to be a list of words in JSON, so that no shell comes between`)
      return parsed.data
    }
    switch (name) {
      case 'ARG': {
        const [, key, value] = /^([A-Z_]+)=([\w.-]+)$/.exec(rest) ?? []
        if (key === undefined || value === undefined) throw fail('an ARG needs a value')
        values.set(key, value)
        return { ...at, name }
      }
      case 'FROM': {
        const [, image, stage] = /^([^\s-]\S*)(?: AS (\w+))?$/.exec(rest) ?? []
        if (image === undefined) throw fail('FROM image AS stage is all that is understood')
        return { ...at, name, stage, image: fill(image, values, fail) }
      }
      case 'COPY': {
        const [, from, paths = ''] = /^(?:--from=(\w+) )?([^-$*?["].*)$/.exec(rest) ?? []
        const all = paths.split(' ')
        const target = all.at(-1)
        if (target === undefined || all.length < 2 || /[$*?"]/.test(paths))
          throw fail('COPY understands plain paths, and --from= alone')
        return { ...at, name, from, sources: all.slice(0, -1), target }
      }
      case 'RUN':
        if (/^(--|\[|<<)/.test(rest)) throw fail('RUN understands a plain command alone')
        return { ...at, name, command: rest }
      case 'ENV': {
        const pairs = rest.split(' ').map((pair) => /^([A-Z_]+)=([\w./:-]*)$/.exec(pair))
        const variables: Record<string, string> = {}
        for (const pair of pairs) {
          if (pair?.[1] === undefined) throw fail('ENV understands NAME=value alone')
          variables[pair[1]] = pair[2] ?? ''
        }
        return { ...at, name, variables }
      }
      case 'WORKDIR':
      case 'USER':
      case 'STOPSIGNAL':
        if (!/^[\w/.-]+$/.test(rest)) throw fail(`${name} needs one plain word`)
        return { ...at, name, value: rest }
      case 'SHELL':
      case 'ENTRYPOINT':
        return { ...at, name, words: words(rest) }
      case 'HEALTHCHECK': {
        const [, command] = /^(?:--(?:interval|timeout|retries|start-period)=\w+ )*CMD (.+)$/.exec(rest) ?? []
        if (command === undefined) throw fail('HEALTHCHECK … CMD is all that is understood')
        return { ...at, name, words: words(command) }
      }
      case 'LABEL':
        return { ...at, name }
      default:
        throw fail(`${name} is not understood`)
    }
  })
}

/** Instructions on one line each, without comments. */
function logicalLines(text: string): Line[] {
  const found: Line[] = []
  let open: { line: number; text: string } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const directive = /^#\s*(syntax|escape)\s*=/i.exec(raw)
    if (directive !== null) throw new DockerfileError(index + 1, `the directive ${directive[1]} is not understood`)
    if (/^\s*(#|$)/.test(raw)) continue
    open = { line: open?.line ?? index + 1, text: `${open?.text ?? ''} ${raw.replace(/\\\s*$/, '').trim()}` }
    if (/\\\s*$/.test(raw)) continue
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(open.text.trim().replaceAll(/ +/g, ' ')) ?? []
    if (name === undefined || rest === undefined) throw new DockerfileError(open.line, `no instruction: ${open.text}`)
    found.push({ line: open.line, name, rest })
    open = undefined
  }
  if (open !== undefined) throw new DockerfileError(open.line, 'the last line goes on after the end')
  return found
}

function fill(text: string, values: ReadonlyMap<string, string>, fail: (message: string) => DockerfileError): string {
  return text.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const value = values.get(name)
    if (value === undefined) throw fail(`no ARG ${name} stands before`)
    return value
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
