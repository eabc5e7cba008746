const LONGEST = 100

/** A text of the file as an error message may show it: short, and with its control characters escaped. */
export function quote(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  // JSON leaves the controls beyond ASCII as they are, and those that turn the direction of writing.
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
