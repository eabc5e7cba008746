/**
 * What a .dockerignore lets through. Patterns are those of Docker as far as ours uses them: `*`, `?` and `**`, and `!` for
 * what is let through again; the last pattern that fits decides, and a pattern that fits a folder fits all in it.
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */

/** A pattern that is not understood. */
export class DockerIgnoreError extends Error {
  override readonly name = 'DockerIgnoreError'
}

/** @returns whether a path, relative to the context's root and with `/` between its steps, is seen by COPY */
export function parseDockerIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const keeps = line.startsWith('!')
      return { keeps, fits: expressionOf(line.slice(keeps ? 1 : 0)) }
    })
  return (path) => {
    const steps = path.split('/')
    const withFolders = steps.map((_, index) => steps.slice(0, index + 1).join('/'))
    let seen = true
    for (const { keeps, fits } of patterns) if (withFolders.some((one) => fits.test(one))) seen = keeps
    return seen
  }
}

function expressionOf(pattern: string): RegExp {
  if (!/^[\w.*?/-]+$/.test(pattern)) throw new DockerIgnoreError(`the pattern ${pattern} is not understood`)
  const source = pattern
    .replace(/^\/|\/$/g, '')
    .replaceAll('.', String.raw`\.`)
    .replaceAll(/\*\*\/|\*\*|\*|\?/g, (part) => {
      if (part === '**/') return '(?:.*/)?'
      if (part === '**') return '.*'
      return part === '*' ? '[^/]*' : '[^/]'
    })
  return new RegExp(`^${source}$`)
}
