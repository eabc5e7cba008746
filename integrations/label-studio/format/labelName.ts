/**
 * Why a label cannot be a part, in words that follow "because it"; undefined where it can. A name is the part's path in
 * the partonomy, such as `head/eye/left`.
 */
export function nameTrouble(name: string): string | undefined {
  if (name.trim() === '') return 'has no name'
  if (name.startsWith('$')) return 'is filled in from the data of each task'
  if (name.split('/').some((step) => step.trim() === '')) {
    return 'has an empty step before, after or between slashes, and a slash divides a part from its whole'
  }
  return undefined
}
