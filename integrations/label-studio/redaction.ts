const hidden = '***'

/** What looks like a secret wherever it stands. */
const secretShapes: readonly (readonly [RegExp, string])[] = [
  // JSON Web Tokens.
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, hidden],
  // Label Studio's legacy tokens.
  [/\b[0-9a-f]{40}\b/gi, hidden],
  // User and password in an address.
  [/(\w+:\/\/)[^/\s@]+@/g, `$1${hidden}@`],
  // The access key in the path of our own address.
  [/\/k\/[^/\s"'?#)]+/g, `/k/${hidden}`],
  // Whatever an address carries as a query.
  [/([?&][\w.-]*(?:key|token|password|secret|auth)[\w.-]*=)[^&\s"']+/gi, `$1${hidden}`],
]

/**
 * Takes secrets out of a text before it goes anywhere.
 * @param secrets values to hide, also as addresses and JSON write them, besides those that are known by their shape
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const named = secrets
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .reduce((before, secret) => before.replaceAll(secret, hidden), text)
  return secretShapes.reduce((before, [shape, instead]) => before.replace(shape, instead), named)
}
