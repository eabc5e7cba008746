import { html } from 'hono/html'
import type { QueueDepth } from '../../../integrations/queue/index.ts'
import { formatAmount, formatCount } from '../../factory/report/format.ts'
import { isActive } from '../../factory/runRecord.ts'
import { page, place, wordsPlace } from './document.ts'
import type { ProjectView } from './reading/views.ts'
import { inPlatform, nextStep, origin, safeAddress } from './sections/head.ts'
import { pips } from './sections/seeds.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import { newestRun } from './standing.ts'

/** The list of projects, and how full the queue is. */
export const projectsSnapshot = (views: readonly ProjectView[], queue: QueueDepth): Promise<Snapshot> =>
  takeSnapshot({
    queue: html`${queueSentence(queue)}`,
    projects: views.length === 0 ? begin() : html`<ul class="projects">${views.map(card)}</ul>`,
  })

function queueSentence({ messages, dead }: QueueDepth): string {
  const waiting = messages === 0 ? 'The queue is empty.' : `${formatAmount(messages, 'event')} in the queue.`
  return dead === 0
    ? waiting
    : `${waiting} ${formatAmount(dead, 'event')} failed too often and ${dead === 1 ? 'is' : 'are'} set aside.`
}

function card(view: ProjectView) {
  const { state, serving, name, title, runs } = view
  const newest = newestRun(view)
  const progress = newest?.progress
  const address = safeAddress(state?.address)
  const facts = [
    ...(state === undefined
      ? []
      : [['Seeds painted', `${formatCount(state.seeds.painted)} of ${formatCount(state.seeds.wanted)}`]]),
    ['Version shown', serving?.version ?? 'none'],
    ['Runs', runs.length === 0 ? 'none' : formatCount(runs.length)],
  ]
  return html`<li class="card project">
  <h2><a href="projects/${name}" data-key="${name}">${title}</a></h2>
  <p class="small origin">${origin(view)}</p>
  <p class="next">${nextStep(view)}</p>
  ${state && pips(state.seeds.painted, state.seeds.wanted)}
  ${
    newest !== undefined &&
    progress !== undefined &&
    isActive(newest.run) &&
    html`<div class="progress"><div><p class="task" id="task-${name}">${newest.run.version}: ${progress.task}</p><p class="small">${percent(progress)} %</p></div>
  <div class="progress-track" role="progressbar" aria-labelledby="task-${name}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent(progress)}"><span style="width: ${percent(progress)}%"></span></div></div>`
  }
  <dl class="facts">${facts.map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
  ${address && html`<a class="platform" href="${address}" data-key="platform-${name}">Open ${inPlatform(view)}<span class="hidden-text">: ${title}</span></a>`}
</li>`
}

const percent = ({ done, total }: { readonly done: number; readonly total: number }): number =>
  total === 0 ? 0 : Math.floor(100 * Math.min(1, done / total))

const begin = () => html`<div class="card begin"><h2>Begin</h2>
<ol><li>Connect a Label Studio project, new or old:
<code>sixteen connect --url http://localhost:8080 --token … --create "Faces" --labels skin,hair,eyes,nose,mouth</code></li>
<li>Open it and paint the images that appear there. Sixteen are enough.</li>
<li>Come back: the run begins by itself, and its progress is seen here.</li></ol></div>`

export interface ProjectsPageOptions {
  readonly base: string
  readonly pollMilliseconds: number
}

/** The page of all projects. */
export const projectsPage = (snapshot: Snapshot, { base, pollMilliseconds }: ProjectsPageOptions) =>
  page({
    title: 'Projects · Sixteen',
    base,
    live: { address: 'projects/', state: snapshot.state, pollMilliseconds },
    bar: html`<span class="crumb">Projects</span>`,
    main: html`<div class="wrap"><div class="head"><div><h1>Projects</h1><p class="lead">${wordsPlace('queue', snapshot.sections.queue)}</p></div></div>
${place('projects', snapshot.sections.projects)}<p class="hidden-text" id="request-status" role="status"></p></div>`,
  })
