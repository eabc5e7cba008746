import { html } from 'hono/html'
import { formatChange } from '../formats.ts'

export interface ChangeOptions {
  /** Whether the word is only heard: where the arrow and the sign stand close to it anyway. */
  readonly quiet?: boolean
  readonly words?: { readonly more: string; readonly less: string; readonly same: string }
  readonly decimals?: number
}

const comparisons = { more: 'better', less: 'worse', same: 'no better' }

/** A change as arrow, sign, number and word, so that it reads without colour: `▲ +0.031 better`. Nothing where there is none. */
export function change(
  value: number | undefined,
  { quiet = false, words = comparisons, decimals = 3 }: ChangeOptions = {},
) {
  if (value === undefined) return html``
  const shown = formatChange(value, decimals)
  const [kind, arrow, word] =
    Number(shown.replace('−', '-')) === 0
      ? ['same', '＝', words.same]
      : value > 0
        ? ['more', '▲', words.more]
        : ['less', '▼', words.less]
  return html`<span class="change ${kind}"><span aria-hidden="true">${arrow}</span> ${shown}<span${quiet && html` class="hidden-text"`}> ${word}</span></span>`
}

export const changeStyles = `
.numbers .change, .numbers .change span, .change { display: inline; white-space: nowrap; font-size: inherit; color: var(--ink); font-variant-numeric: tabular-nums; }
.change > :first-child { font-size: 0.75em !important; }
.numbers .change.more, .change.more { color: var(--accent); }
.numbers .change.less, .change.less { color: var(--warn); }
.numbers .change span, .change span { color: inherit; }
`
