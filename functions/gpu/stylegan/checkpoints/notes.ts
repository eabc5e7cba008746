/** What a person should know about an import, each thing once, in the order in which it was found. */
export class Notes {
  readonly #texts = new Set<string>()

  add(text: string): void {
    this.#texts.add(text)
  }

  get all(): readonly string[] {
    return [...this.#texts]
  }
}
