/** How one secret can be written. */

/** A way to write a secret, and what is written. */
export interface Writing {
  readonly how: string
  readonly bytes: Buffer
}

const hexEscapes = (text: string): string =>
  Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join(
    '',
  )
const jsonEscapes = (text: string): string => JSON.stringify(text).slice(1, -1)
const asciiOnly = (text: string): string => text.replace(/[^\x20-\x7e]+/g, hexEscapes)
const markup = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll('&#34;', '&quot;')
const percentEscapes = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

const rewritings: readonly (readonly [string, (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in small letters', (secret) => secret.toLowerCase()],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['in JSON', jsonEscapes],
  ['in JSON within JSON', (secret) => jsonEscapes(jsonEscapes(secret))],
  ['in JSON of ASCII', (secret) => asciiOnly(jsonEscapes(secret))],
  ['as \\u escapes', hexEscapes],
  ['in HTML', markup],
  ['URL-encoded', encodeURIComponent],
  ['in a URL', encodeURI],
  ['URL-encoded in small letters', (secret) => encodeURIComponent(secret).toLowerCase()],
  ['as % escapes', percentEscapes],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
]

/** Base64 of a text depends on where the secret begins in it, modulo three bytes; what its neighbours decide is left out. */
function base64Writings(secret: string): readonly Writing[] {
  return (['base64', 'base64url'] as const).flatMap((how) =>
    [0, 1, 2].map((before) => {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
      const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString(how)
      return { how: `in ${how}`, bytes: Buffer.from(whole.slice(before === 0 ? 0 : 4)) }
    }),
  )
}

/** All writings of a secret that are looked for. */
export function writingsOf(secret: string): readonly Writing[] {
  const plain = rewritings.map(([how, write]) => ({ how, bytes: Buffer.from(write(secret)) }))
  return [...plain, ...base64Writings(secret)]
}
