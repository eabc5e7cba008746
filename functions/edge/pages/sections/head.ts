import { html } from 'hono/html'
import { type Generator, imageSize } from '../../../../schemas/project.ts'
import type { NextStep } from '../../../../schemas/projectState.ts'
import type { RunState } from '../../../../schemas/run.ts'
import { isActive } from '../../../factory/runRecord.ts'
import type { ProjectDetails, ProjectView } from '../reading/views.ts'
import { featuredRun, newestRun } from '../standing.ts'

/** Colours of a state, and the word for it: colour never says it alone. */
type Tone = 'calm' | 'busy' | 'good' | 'bad'

export const pill = (tone: Tone, word: string) => html`<span class="pill ${tone}">${word}</span>`

const steps: Readonly<Record<NextStep['kind'], readonly [Tone, string]>> = {
  blocked: ['bad', 'Blocked'],
  'preparing-seeds': ['busy', 'Preparing seeds'],
  painting: ['calm', 'Painting'],
  settling: ['calm', 'Settling'],
  running: ['busy', 'Running'],
}

const runTones: Readonly<Partial<Record<RunState, Tone>>> = { done: 'good', failed: 'bad', stopped: 'calm' }

export const runPill = (state: RunState) => pill(runTones[state] ?? 'busy', state)

/** What comes next, in one sentence; of a project without a platform, what its newest run does. */
export function nextStep(view: ProjectView) {
  const { state } = view
  if (state !== undefined) {
    const [tone, word] = steps[state.next.kind]
    return html`${pill(tone, word)} ${state.next.reason}`
  }
  const newest = newestRun(view)?.run
  if (newest === undefined)
    return html`${pill('calm', 'Waiting')} No run has begun, and no annotation platform is connected.`
  const sentence = isActive(newest)
    ? 'is under way'
    : newest.state === 'done'
      ? 'is done'
      : `has ${newest.state === 'failed' ? 'failed' : 'stopped'}`
  return html`${runPill(newest.state)} ${newest.version} ${sentence}.`
}

/** An address that came from a platform, if a browser may go there. */
export function safeAddress(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  return ['http:', 'https:'].includes(new URL(address).protocol) ? address : undefined
}

/** Where the project is, as a person says it: `in Label Studio`. */
export const inPlatform = ({ path }: ProjectView): string =>
  path.platform === 'label-studio' ? 'in Label Studio' : 'the project'

/** Where the project is, and ways out of the page. */
export function ways(view: ProjectDetails) {
  const address = safeAddress(view.state?.address)
  const featured = featuredRun(view)
  const { platform, id } = view.path
  return html`<ul class="links">${
    address &&
    html`<li><a href="${address}" data-key="platform"><b>Open ${inPlatform(view)}</b><span>where its images are painted</span></a></li>`
  }${
    featured?.report &&
    html`<li><a href="api/projects/${platform}/${id}/runs/${featured.run.version}/report" data-key="report"><b>Report</b><span>of ${featured.run.version}, in full</span></a></li>`
  }</ul>`
}

/** What the project is made of, in one line. */
export function origin({ path, project }: ProjectView): string {
  const made = project && [named(project.generator), `${project.labelList.parts.length} parts`]
  return [
    path.platform === 'label-studio' ? `Label Studio, project ${path.id}` : `${path.platform}, ${path.id}`,
    ...(made ?? []),
  ].join(' · ')
}

function named(generator: Generator): string {
  const { width, height } = imageSize(generator)
  return `${generator.name}, ${width} × ${height}`
}

export const headStyles = `
.pill { display: inline-block; padding: 0.1rem 0.6rem; margin-right: 0.35rem; border-radius: 999px; font-size: 0.8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap; background: var(--soft); color: var(--ink); vertical-align: 0.06em; }
.pill.busy, .pill.good { background: var(--accent-soft); color: var(--accent); }
.pill.bad { background: var(--warn-soft); color: var(--warn); }
.pill.busy::before { content: ''; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.4rem; border-radius: 50%; background: currentColor; animation: breathe 2s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: 0.25; } }
@media (prefers-reduced-motion: reduce) { .pill.busy::before { animation: none; } }
.head { display: grid; gap: 1.75rem; padding-block: clamp(1.75rem, 4vw, 3rem) clamp(1.5rem, 3vw, 2.25rem); align-items: start; }
.head > * { min-width: 0; }
@media (min-width: 900px) { .head { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); } }
.head h1 { margin-top: 0.4rem; font-size: clamp(1.9rem, 3.6vw, 2.75rem); overflow-wrap: anywhere; }
.head .next { margin-top: 0.9rem; font-size: 1.0625rem; line-height: 1.55; max-width: 60ch; text-wrap: pretty; }
.head .links { margin-top: 1.5rem; }
.head .links:empty { display: none; }
`
