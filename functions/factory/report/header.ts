import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import {
  formatAmount,
  formatCount,
  formatDay,
  formatNumber,
  formatScore,
  formatSeconds,
  formatShare,
} from './format.ts'

/** The bar that stays on top: the name, and the way to each section. */
export const navigation = (sections: readonly { readonly id: string; readonly name: string }[]) => html`
<header class="bar"><div class="wrap">
  <a class="brand" href="#top"><span class="mark" aria-hidden="true"></span>Sixteen</a>
  <nav aria-label="Sections"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</div></header>`

/** What came of the run, in one sentence, four numbers and the painted images. */
export function summary(report: ReportData) {
  const { totals, seedSamples } = report
  return html`
<div class="hero wrap" id="top">
  <div class="words">
    <p class="eyebrow">${report.title} · ${report.version} · ${formatDay(report.finishedAt)}</p>
    <h1>${formatAmount(totals.seeds, 'painted image')} became ${formatCount(totals.kept)} labelled ones.</h1>
    <p class="lead">${inWords(report)}</p>
    <ul class="links">${report.links.map(
      ({ label, href, about }) => html`<li><a href="${href}"><b>${label}</b><span>${about}</span></a></li>`,
    )}</ul>
  </div>
  ${
    seedSamples.length > 0 &&
    html`<figure class="seeds" style="--columns: ${mosaicColumns(seedSamples.length)}">
    <div>${seedSamples.map(
      ({ seed, image, labels }) =>
        html`<span><img src="${image}" alt="Seed ${seed}"><img class="labels" src="${labels}" alt=""></span>`,
    )}</div>
    <figcaption class="small">All that was painted; each image shows half of its labels.</figcaption>
  </figure>`
  }
</div>
<dl class="numbers wrap">${numbers(report).map(
    ({ name, value, about }) => html`<div><dt>${name}</dt><dd><b>${value}</b><span>${about}</span></dd></div>`,
  )}</dl>`
}

const mosaicColumns = (images: number): number => Math.min(Math.ceil(Math.sqrt(images)), 6)

const totalSeconds = (report: ReportData): number => report.phases.reduce((sum, phase) => sum + phase.seconds, 0)

function inWords(report: ReportData): string {
  const { totals } = report
  const dropped =
    totals.dropped === 0
      ? 'None was dropped.'
      : `The ${formatCount(totals.dropped)} that the ensemble was least sure of were dropped.`
  return (
    `An ensemble of small classifiers learned the parts from these paintings, read them off the generator's own ` +
    `features, and labelled ${formatCount(totals.generated)} new images. ${dropped}`
  )
}

function numbers(report: ReportData): { name: string; value: string; about: string }[] {
  const { totals, evaluation } = report
  const finest = evaluation?.levels.at(-1)
  return [
    {
      name: 'Labelled images',
      value: formatCount(totals.kept),
      about: `of ${formatCount(totals.generated)} generated`,
    },
    { name: 'Time', value: formatSeconds(totalSeconds(report)), about: 'training and all the rest' },
    { name: 'Pace', value: `${formatNumber(totals.imagesPerSecond)} / s`, about: 'images with their labels' },
    ...(finest === undefined || evaluation === null
      ? []
      : [
          {
            name: 'Mean IoU',
            value: formatScore(finest.presentOnly),
            about: `absent parts left out; ${evaluation.method}; ${formatShare(evaluation.pixelAccuracy)} of pixels right`,
          },
        ]),
  ]
}

export const headerStyles = `
.bar { position: sticky; top: 0; z-index: 5; background: color-mix(in srgb, var(--paper) 88%, transparent); backdrop-filter: saturate(1.4) blur(14px); border-bottom: 1px solid var(--line); }
.bar > div { display: flex; align-items: center; gap: 1.5rem; min-height: 3.5rem; }
.brand { display: inline-flex; align-items: center; gap: 0.6rem; font-weight: 720; letter-spacing: -0.02em; color: var(--ink); text-decoration: none; }
.mark { width: 1.25rem; height: 1.25rem; border-radius: 5px; background: conic-gradient(from 45deg, var(--accent) 0 25%, #f2b134 0 50%, #d9485f 0 75%, #4b6fe0 0); }
.bar nav { min-width: 0; overflow-x: auto; scrollbar-width: none; margin-left: auto; mask-image: linear-gradient(90deg, transparent, #000 1rem calc(100% - 1rem), transparent); }
.bar nav ul { display: flex; gap: 0.25rem; padding-inline: 1rem; }
.bar nav a { display: block; padding: 0.45rem 0.7rem; font-size: 0.875rem; white-space: nowrap; color: var(--muted); text-decoration: none; border-radius: 8px; }
.bar nav a:hover { color: var(--ink); background: var(--soft); }
.bar nav a:focus-visible { outline-offset: -3px; }
.hero { display: grid; gap: clamp(2rem, 5vw, 4rem); padding-block: clamp(2.5rem, 7vw, 5.5rem) clamp(2rem, 4vw, 3rem); align-items: center; }
.hero > * { min-width: 0; }
@media (min-width: 900px) { .hero { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); } }
.hero h1 { margin-top: 1rem; }
.hero .lead { margin-top: 1.25rem; font-size: clamp(1.0625rem, 1.6vw, 1.1875rem); }
.links { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 2rem; }
.links a { display: grid; padding: 0.6rem 1.1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--card); color: var(--ink); text-decoration: none; box-shadow: var(--shadow); line-height: 1.4; }
.links span { font-size: 0.8125rem; color: var(--muted); }
.links a:hover { border-color: var(--accent); }
.links li:first-child a { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.links li:first-child span { color: inherit; }
.seeds > div { display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); gap: clamp(4px, 0.7vw, 8px); }
.seeds span { position: relative; display: block; border-radius: clamp(6px, 1vw, 12px); overflow: hidden; background: var(--soft); }
.seeds img { width: 100%; height: 100%; object-fit: cover; }
.seeds .labels { position: absolute; inset: 0; object-fit: fill; clip-path: polygon(100% 0, 100% 100%, 0 100%); transition: clip-path 0.25s; background: #0d0f12; }
.seeds span:hover .labels { clip-path: polygon(0 0, 100% 0, 100% 100%, 0 100%, 0 100%); }
.seeds figcaption { margin-top: 0.75rem; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 1.5rem 2rem; padding-bottom: clamp(2.5rem, 5vw, 4rem); }
.numbers > div { border-top: 2px solid var(--ink); padding-top: 0.75rem; }
.numbers dt { font-size: 0.875rem; color: var(--muted); }
.numbers dd { margin: 0; }
.numbers b { display: block; font-size: clamp(1.75rem, 3.4vw, 2.5rem); line-height: 1.15; letter-spacing: -0.03em; font-weight: 680; font-variant-numeric: tabular-nums; }
.numbers span { font-size: 0.8125rem; color: var(--muted); display: block; margin-top: 0.2rem; line-height: 1.4; }
`
