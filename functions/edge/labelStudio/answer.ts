/** An item that makes a server store nothing, and ask again when the task is opened. */
export const nothing = '[]'

/** An answer of `/predict` that grows: one item per task, in their order. */
export interface Answer {
  /** @returns false where the answer would become too large; the item is left empty then */
  put(index: number, item: string): boolean
  toJson(): string
}

/** @param mostBytes of the answer as JSON */
export function openAnswer(count: number, mostBytes: number): Answer {
  const items = Array.from({ length: count }, () => nothing)
  const toJson = (): string => `{"results":[${items.join(',')}]}`
  let bytes = Buffer.byteLength(toJson())
  return {
    put(index, item) {
      const more = Buffer.byteLength(item) - nothing.length
      if (bytes + more > mostBytes) return false
      bytes += more
      items[index] = item
      return true
    },
    toJson,
  }
}
