import { html } from 'hono/html'
import { draftVersion } from '../../../../schemas/modelVersion.ts'
import { formatAmount, formatCount, formatScore, formatUncertainty } from '../../../factory/report/format.ts'
import { difference, meanIou } from '../comparison.ts'
import type { ProjectDetails } from '../reading/views.ts'
import { featuredRun, previousDone } from '../standing.ts'
import { change } from './change.ts'

/** What one wants to know at a glance. */
export function numbers(view: ProjectDetails) {
  const { state, queue, serving } = view
  const featured = featuredRun(view)
  const manifest = featured?.manifest
  const mean = meanIou(featured?.evaluation)
  const previous = featured && previousDone(view, featured)
  const entries = [
    {
      name: 'Seeds painted',
      value:
        state === undefined ? '–' : html`${formatCount(state.seeds.painted)}<i>/${formatCount(state.seeds.wanted)}</i>`,
      about: state === undefined ? 'no platform is connected' : corrections(state.corrected),
    },
    {
      name: 'Version shown',
      value: serving === undefined ? '–' : serving.version.replace('sixteen-', ''),
      about:
        serving === undefined
          ? 'none yet'
          : serving.version === draftVersion
            ? 'until the first run'
            : serving.chosen
              ? 'chosen by a person: it stays'
              : 'the next run takes its place',
    },
    {
      name: 'Mean IoU',
      value: mean === undefined ? '–' : formatScore(mean),
      about:
        mean === undefined
          ? 'measured at the end of a run'
          : previous === undefined
            ? html`of ${featured?.run.version}`
            : html`${change(difference(mean, meanIou(previous.evaluation)))} than ${previous.run.version}`,
    },
    {
      name: 'Labelled images',
      value: manifest === undefined ? '–' : formatCount(manifest.kept),
      about:
        manifest === undefined
          ? 'come with a run'
          : `of ${formatCount(manifest.kept + manifest.dropped)}, ${formatCount(manifest.dropped)} dropped`,
    },
    {
      name: 'Mean uncertainty',
      value: manifest?.meanScore == null ? '–' : formatUncertainty(manifest.meanScore),
      about: manifest === undefined ? 'comes with a run' : 'nats, of all images',
    },
    {
      name: 'Queue',
      value: formatCount(queue.messages),
      about:
        queue.dead === 0
          ? `${queue.messages === 1 ? 'event waits' : 'events wait'}`
          : `wait; ${formatAmount(queue.dead, 'event')} set aside`,
    },
  ]
  return html`<dl class="numbers">${entries.map(
    ({ name, value, about }) => html`<div><dt>${name}</dt><dd><b>${value}</b><span>${about}</span></dd></div>`,
  )}</dl>`
}

const corrections = (corrected: number): string =>
  corrected === 0 ? 'no published image corrected' : `${formatAmount(corrected, 'published image')} corrected`

export const numbersStyles = `
.numbers { grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.25rem), 1fr)); gap: 1.25rem 1.5rem; padding-bottom: clamp(1.5rem, 3vw, 2.25rem); }
.numbers > div { padding-top: 0.6rem; border-top-width: 1.5px; }
.numbers b { font-size: clamp(1.45rem, 2.4vw, 1.9rem); }
.numbers i { font-style: normal; font-weight: 500; color: var(--muted); letter-spacing: -0.01em; }
@media (max-width: 480px) { .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
`
