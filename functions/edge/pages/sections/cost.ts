import { html } from 'hono/html'
import type { Effort } from '../../../../schemas/projectState.ts'
import { formatAmount, formatCount, formatSeconds } from '../../../factory/report/format.ts'
import type { ProjectDetails } from '../reading/views.ts'
import { featuredRun } from '../standing.ts'

/** The time that people spent, and what the images would have cost them by hand; nothing where nothing was done. */
export function cost(view: ProjectDetails) {
  const effort = view.state?.effort
  const machine = view.runs.flatMap(({ run }) => run.phases).reduce((sum, { seconds }) => sum + seconds, 0)
  if ((effort === undefined || effort.annotations === 0) && machine === 0) return false
  const heading = html`<h2 id="cost-title">Cost</h2>`
  if (effort === undefined || effort.timed === 0)
    return html`${heading}<p class="lead">No annotation platform measured how long people painted.${
      machine > 0 && ` The machine has worked for ${formatSeconds(machine)}.`
    }</p>`
  const pace = effort.seconds / effort.timed
  const kept = featuredRun(view)?.manifest?.kept
  return html`${heading}
<p class="lead">Measured by the annotation platform on ${measured(effort)}: ${formatSeconds(pace)} each, on average.</p>
<div class="body">
  <div class="card sides">
    ${kept !== undefined && side('hand', 'By hand, at that pace', kept * pace, `${formatAmount(kept, 'image')} painted`, 1)}
    ${side('sixteen', kept === undefined ? 'Spent so far' : 'With Sixteen', effort.seconds, `of people's time${machine > 0 ? `, and ${formatSeconds(machine)} of a machine's` : ''}`, kept === undefined ? undefined : effort.seconds / Math.max(kept * pace, effort.seconds))}
  </div>
  <p class="small">${regions(effort)}</p>
</div>`
}

const measured = ({ timed, annotations }: Effort): string =>
  timed === annotations
    ? formatAmount(timed, 'painting')
    : `${formatCount(timed)} of ${formatAmount(annotations, 'painting')}`

const side = (
  kind: 'hand' | 'sixteen',
  title: string,
  seconds: number,
  about: string,
  share: number | undefined,
) => html`
<div class="side ${kind}"><h3>${title}</h3>
  <p class="hours">${formatSeconds(seconds)}</p>
  <p class="small">${about}</p>
  ${share !== undefined && html`<div class="length" aria-hidden="true"><span style="width: ${(100 * share).toFixed(2)}%"></span></div>`}</div>`

function regions({ drawnRegions, changedRegions, untouchedRegions }: Effort): string {
  const drawn = `People drew ${formatAmount(drawnRegions, 'region')} and changed ${formatCount(changedRegions)}.`
  if (untouchedRegions === 0) return drawn
  return `${drawn} ${formatAmount(untouchedRegions, 'region')} ${untouchedRegions === 1 ? 'was' : 'were'} predicted and left untouched: that is no human work, and counts as none.`
}

export const costSectionStyles = `
#cost .side .hours { font-size: clamp(1.6rem, 3.2vw, 2.4rem); }
#cost .side .small { margin-top: 0.2rem; }
`
