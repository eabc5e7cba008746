import { html } from 'hono/html'
import { page, place, wordsPlace } from './document.ts'
import type { ProjectDetails } from './reading/views.ts'
import { controls } from './sections/controls.ts'
import { cost } from './sections/cost.ts'
import { nextStep, origin, ways } from './sections/head.ts'
import { images, labelFilter } from './sections/images.ts'
import { notices } from './sections/notices.ts'
import { numbers } from './sections/numbers.ts'
import { parts } from './sections/parts.ts'
import { run } from './sections/run.ts'
import { seeds } from './sections/seeds.ts'
import { uncertainty } from './sections/uncertainty.ts'
import { versions } from './sections/versions.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

const sections = [
  ['images', 'Images', images],
  ['uncertainty', 'Uncertainty', uncertainty],
  ['parts', 'Parts', parts],
  ['versions', 'Versions', versions],
  ['cost', 'Cost', cost],
] as const

// The base of addresses is where the pages are mounted, so a place on a page is named with the page.
const addressOf = (name: string): string => `projects/${name}`

/** The parts of a project's page that change. Sections without content do not show, and are not in the navigation. */
export function projectSnapshot(view: ProjectDetails, now: Date): Promise<Snapshot> {
  const filled = sections.map(([id, label, render]) => ({ id, label, content: render(view) }))
  const links = filled.filter(({ content }) => content !== false)
  return takeSnapshot({
    navigation: html`<ul>${links.map(({ id, label }) => html`<li><a href="${addressOf(view.name)}#${id}" data-key="to-${id}">${label}</a></li>`)}</ul>`,
    origin: html`${origin(view)}`,
    title: html`${view.title}`,
    next: nextStep(view),
    ways: ways(view),
    controls: controls(view),
    notices: notices(view),
    numbers: numbers(view),
    seeds: seeds(view),
    run: run(view, now),
    ...Object.fromEntries(filled.map(({ id, content }) => [id, content])),
  })
}

export interface ProjectPageOptions {
  readonly base: string
  readonly pollMilliseconds: number
}

/** A project's page, made of a snapshot of its sections. */
export function projectPage(
  { title, name }: ProjectDetails,
  snapshot: Snapshot,
  { base, pollMilliseconds }: ProjectPageOptions,
) {
  const at = (section: string) => place(section, snapshot.sections[section])
  const words = (section: string) => wordsPlace(section, snapshot.sections[section])
  return page({
    title: `${title} · Sixteen`,
    base,
    live: { address: `${addressOf(name)}/`, state: snapshot.state, pollMilliseconds },
    bar: html`<span class="crumb">${title}</span>
  <nav aria-label="Sections">${at('navigation')}</nav>`,
    main: html`<div class="wrap head">
  <div><p class="eyebrow">${words('origin')}</p><h1>${words('title')}</h1><p class="next" aria-live="polite">${words('next')}</p>${at('ways')}</div>
  <div class="card" role="group" aria-label="What you can do">${at('controls')}<p class="request-status" id="request-status" role="status"></p></div>
</div>
<div class="wrap">${at('notices')}${at('numbers')}
<div class="now"><div class="card seeds-card">${at('seeds')}</div><div class="card">${at('run')}</div></div></div>
${sections.map(([id]) => html`<section id="${id}" aria-labelledby="${id}-title"><div class="wrap">${at(id)}</div></section>`)}
${labelFilter()}`,
  })
}
