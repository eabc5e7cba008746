/** Escaped, too, be it twice: such a path leads nowhere, and is told to whoever asked. */
const slash = '(?:[/\\\\]|%(?:25)*(?:2f|5c))'
const key = new RegExp(`${slash}(?:k|%(?:25)*[46]b)${slash}+(?:(?!${slash}).)+`, 'gis')

/**
 * A path without the key that may stand in it, to be shown and logged: `/k/secret/setup` → `/k/:key/setup`. Written
 * oddly, such as `//K/secret`, a path leads nowhere, but holds the key all the same.
 */
export function redactedPath(path: string): string {
  return path.replace(key, '/k/:key')
}
