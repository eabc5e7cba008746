import { html } from 'hono/html'
import type { ReportFact } from '../../../schemas/report.ts'

/** A card with facts, if there are any. */
export const facts = (title: string, list: readonly ReportFact[]) =>
  list.length > 0 &&
  html`<div class="card"><h3>${title}</h3><dl class="facts">${list.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>`
