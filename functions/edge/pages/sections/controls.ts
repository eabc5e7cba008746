import { html } from 'hono/html'
import type { ProjectView } from '../reading/views.ts'
import { type Control, controlsOf } from '../standing.ts'

/**
 * A button that asks for something by the script. One that cannot be used stays within reach of the keyboard, and tells
 * why: a button that is `disabled` would lose the focus while it is looked at.
 * @param describedBy id of the element that says what it does or why not
 */
export const controlButton = (
  { path }: ProjectView,
  control: Control,
  describedBy?: string,
) => html`<button type="button"
  class="control" data-key="${control.id}" data-request="api/projects/${path.platform}/${path.id}/${control.path}"
  data-method="${control.method}" data-body="${JSON.stringify(control.body)}" data-taken="${control.taken}"${
    describedBy && html` aria-describedby="${describedBy}"`
  }${!control.possible && html` aria-disabled="true" data-why="${control.about}"`}>${control.label}</button>`

/** What can be asked for, each with what it does or why it cannot be done now. */
export const controls = (view: ProjectView) =>
  html`<ul class="controls">${controlsOf(view).map(
    (control) =>
      html`<li>${controlButton(view, control, `about-${control.id}`)}<span class="small" id="about-${control.id}">${control.about}</span></li>`,
  )}</ul>`

export const controlStyles = `
.controls { display: grid; gap: 0.6rem; }
.controls li { display: grid; grid-template-columns: 6.75rem minmax(0, 1fr); gap: 0.9rem; align-items: center; line-height: 1.4; }
.control { padding: 0.42rem 0.9rem; border: 1px solid var(--accent); border-radius: 10px; background: var(--accent); color: var(--on-accent); font-size: 0.875rem; font-weight: 600; cursor: pointer; white-space: nowrap; }
.control:hover { filter: brightness(1.08); }
.control[aria-disabled='true'] { background: var(--soft); border-color: var(--line); color: var(--muted); cursor: not-allowed; filter: none; }
table .control, .control[data-key='stop']:not([aria-disabled='true']) { background: var(--card); color: var(--accent); }
table .control { padding-block: 0.25rem; }
.request-status:not(:empty) { margin-top: 0.85rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
.request-status { font-size: 0.875rem; line-height: 1.4; overflow-wrap: anywhere; }
`
