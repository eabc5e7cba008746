import { html } from 'hono/html'
import { imageSize } from '../../../../schemas/project.ts'
import { formatAmount, formatCount, formatUncertainty } from '../../../factory/report/format.ts'
import type { Picture } from '../reading/runFacts.ts'
import type { ProjectDetails, RunDetails } from '../reading/views.ts'
import { featuredRun } from '../standing.ts'

/** Labelled images that were kept; nothing before there are any. */
export function images(view: ProjectDetails) {
  const featured = featuredRun(view)
  const manifest = featured?.manifest
  if (featured === undefined || manifest === undefined) return false
  return html`<div class="title-row"><div><h2 id="images-title">Labelled images</h2>
  <p class="lead">${formatCount(manifest.gallery.length)} of the ${formatAmount(manifest.kept, 'image')} that ${featured.run.version} kept. Point at one, or press it, to see its labels.</p></div>
  <button type="button" class="toggle" id="all-labels" data-key="all-labels" aria-pressed="false">Show all labels</button></div>
  ${legend(view)}
  <ul class="shots">${manifest.gallery.map((picture) => shot(view, featured, picture))}</ul>`
}

const legend = ({ project }: ProjectDetails) =>
  project !== undefined &&
  html`<ul class="legend" aria-label="Colours of the parts">${project.labelList.parts
    .filter(({ id }) => id !== 0)
    .map(({ name, color }) => html`<li><span class="swatch" style="--color: ${color}"></span>${name}</li>`)}</ul>`

/** Takes the black out of a label map, which is the background where its colour is black: the image stays as it is there. */
export const labelFilter = () =>
  html`<svg class="filters" width="0" height="0" aria-hidden="true"><filter id="without-black" color-interpolation-filters="sRGB"><feColorMatrix values="1 0 0 0 0  0 1 0 0 0  0 0 1 0 0  40 40 40 0 0"></feColorMatrix></filter></svg>`

/**
 * An image; with the pointer or the focus on it, or when it is pressed, under its labels.
 * @param view whose generator and label maps have the sizes that keep the place while pictures load
 */
export function shot({ path, project }: ProjectDetails, { run }: RunDetails, { sample, seed, score }: Picture) {
  const { width, height } = project === undefined ? { width: 256, height: 256 } : imageSize(project.generator)
  const isBlack = project?.labelList.parts[0]?.color === '#000000'
  const { labelWidth = width, labelHeight = height } = project?.settings ?? {}
  const runAddress = `api/projects/${path.platform}/${path.id}/runs/${run.version}`
  const file = `${encodeURIComponent(sample)}.png`
  return html`<li><button type="button" class="shot" aria-pressed="false" data-key="${sample}"><span class="pair${isBlack && ' black-ground'}"><img
    src="${runAddress}/images/${file}" alt="" loading="lazy" decoding="async" width="${width}" height="${height}"><img class="labels"
    src="${runAddress}/labels/${file}" alt="" loading="lazy" decoding="async" width="${labelWidth}" height="${labelHeight}"></span><span
    class="shot-caption"><span><span class="hidden-text">Labels of seed </span>${seed}</span><span><span class="hidden-text">, uncertainty </span>${formatUncertainty(score)}</span></span></button></li>`
}

export const imageStyles = `
.title-row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; justify-content: space-between; }
.toggle { padding: 0.42rem 0.95rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); font-size: 0.875rem; font-weight: 600; cursor: pointer; }
.toggle:hover { border-color: var(--accent); }
.toggle[aria-pressed='true'] { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; margin-top: 1rem; font-size: 0.8125rem; line-height: 1.4; color: var(--muted); }
.legend li { display: inline-flex; gap: 0.45rem; align-items: center; overflow-wrap: anywhere; }
.shots { display: grid; gap: 0.8rem 0.6rem; margin-top: 1.1rem; grid-template-columns: repeat(4, minmax(0, 1fr)); }
@media (min-width: 560px) { .shots { grid-template-columns: repeat(6, minmax(0, 1fr)); } }
@media (min-width: 760px) { section > .wrap > [data-live='images'] .shots { grid-template-columns: repeat(8, minmax(0, 1fr)); } }
@media (min-width: 1100px) { section > .wrap > [data-live='images'] .shots { grid-template-columns: repeat(12, minmax(0, 1fr)); } }
.shot { display: block; width: 100%; padding: 0; border: 0; background: none; text-align: left; cursor: pointer; border-radius: 10px; }
.pair { position: relative; display: block; border-radius: 10px; overflow: hidden; background: var(--soft); box-shadow: 0 0 0 1px var(--line); }
.shot:hover .pair { box-shadow: 0 0 0 2px var(--accent); }
.pair img { width: 100%; height: auto; }
.pair .labels { position: absolute; inset: 0; height: 100%; opacity: 0; transition: opacity 0.12s; }
.pair.black-ground .labels { filter: url(#without-black); }
.filters { position: absolute; }
.shot:is(:hover, :focus-visible, [aria-pressed='true']) .labels, .labels-shown .labels { opacity: 0.72; }
.shot-caption { position: relative; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.4rem; margin-top: 0.25rem; font-size: 0.75rem; line-height: 1.35; color: var(--muted); font-variant-numeric: tabular-nums; }
.shot-caption > :first-child { color: var(--ink); font-weight: 550; }
`
