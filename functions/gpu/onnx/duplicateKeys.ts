const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * The first key that an object of a JSON text holds twice. `JSON.parse` silently keeps the last of them, so a format
 * that forbids duplicates has to look at the text.
 *
 * @param json - a text that `JSON.parse` accepts; anything else gives a meaningless answer
 * @returns the key, unescaped, or undefined when every object's keys differ. One pass over the text.
 */
export function firstDuplicateKey(json: string): string | undefined {
  const open: Set<string>[] = []
  let lastString = ''
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) {
      const start = at
      for (at += 1; at < json.length && json.charCodeAt(at) !== QUOTE; at += 1) {
        if (json.charCodeAt(at) === BACKSLASH) at += 1
      }
      lastString = json.slice(start, at + 1)
    } else if (json[at] === '{') {
      open.push(new Set())
    } else if (json[at] === '}') {
      open.pop()
    } else if (json[at] === ':') {
      // Outside of strings, a colon follows a key and nothing else. Two spellings of one key are one key.
      const key: string = JSON.parse(lastString)
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}
