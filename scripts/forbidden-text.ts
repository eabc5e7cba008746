/** A piece of text that the project must not hold. */
export interface ForbiddenText {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly reason: string
}

const patterns: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /(?<![\w.~$}])\/(?:home|Users|root|work)\/[\w.-]+/, reason: 'a path of one machine' },
  { pattern: /(?:\.\.\/)+shared\//, reason: 'a file outside of the project' },
  { pattern: /https?:\/\/[\w.-]*(?:registry|mirror|artifactory|nexus)[\w.-]*/i, reason: 'a host of one network' },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, reason: 'a private key' },
  { pattern: /\bA(?:KIA|SIA)[0-9A-Z]{16}\b/, reason: 'an AWS access key' },
  { pattern: /\b(?:hf|ghp|npm)_[A-Za-z0-9]{30,}\b/, reason: 'an access token' },
]

/** What a file must not hold: secrets, and what is true on one machine only. Each line counts once. */
export function forbiddenText(content: string): readonly ForbiddenText[] {
  return content.split('\n').flatMap((text, index) => {
    const found = patterns.find(({ pattern }) => pattern.test(text))
    return found === undefined ? [] : [{ line: index + 1, text: text.trim().slice(0, 120), reason: found.reason }]
  })
}
