import { html } from 'hono/html'
import type { Notice } from '../../../../schemas/notice.ts'
import type { ProjectDetails } from '../reading/views.ts'
import { newestRun } from '../standing.ts'

const words: Readonly<Record<Notice['level'], string>> = { info: 'Note', warning: 'Warning', error: 'Error' }
const order: readonly Notice['level'][] = ['error', 'warning', 'info']

/** What a person should know, the worst first. */
export function notices(view: ProjectDetails) {
  const all = [...failure(view), ...damage(view), ...(view.state?.notices ?? [])].toSorted(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level),
  )
  return (
    all.length > 0 &&
    html`<ul class="notices">${all.map(
      ({ level, message }) => html`<li class="${level}"><b>${words[level]}</b><span>${message}</span></li>`,
    )}</ul>`
  )
}

/** Why the newest run failed, unless the next step tells it already. */
function failure(view: ProjectDetails): readonly Notice[] {
  const run = newestRun(view)?.run
  if (run?.error === undefined) return []
  const { message, phase } = run.error
  if (view.state?.next.reason.includes(message)) return []
  return [
    {
      code: 'run-failed',
      level: 'error',
      message: `${run.version} failed${phase === undefined ? '' : ` in the phase “${phase}”`}: ${message}`,
    },
  ]
}

const damage = ({ damaged }: ProjectDetails): readonly Notice[] =>
  damaged.map((key) => ({
    code: 'record-damaged',
    level: 'error',
    message: `The record ${key} cannot be read, so it is left out here. Restore it from a copy, or remove it to have it made again.`,
  }))

export const noticeStyles = `
.notices { display: grid; gap: 0.6rem; padding-bottom: clamp(1.5rem, 3vw, 2.25rem); }
.notices li { display: grid; grid-template-columns: 4.25rem minmax(0, 1fr); gap: 0.75rem; padding: 0.7rem 1rem; border: 1px solid var(--line); border-left: 4px solid var(--muted); border-radius: 12px; background: var(--card); font-size: 0.9375rem; line-height: 1.5; overflow-wrap: anywhere; }
.notices .warning, .notices .error { border-left-color: var(--warn); }
.notices .error { background: var(--warn-soft); }
.notices b { font-weight: 650; }
.notices .warning b, .notices .error b { color: var(--warn); }
@media (max-width: 480px) { .notices li { grid-template-columns: minmax(0, 1fr); gap: 0.15rem; } }
`
