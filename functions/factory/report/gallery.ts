import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import { formatCount } from './format.ts'
import { sampleTile } from './sampleTile.ts'

/** Images that were kept, under their labels, to be looked through part by part. */
export const gallery = (report: ReportData) => html`
<section id="gallery" aria-labelledby="gallery-title"><div class="wrap">
  <h2 id="gallery-title">Labelled images</h2>
  <p class="lead">${formatCount(report.gallery.length)} of the ${formatCount(report.totals.kept)} images that were kept, each with its seed and
    its uncertainty. Point at one to see it plain; open it for labels, heat map and the command that makes it again.</p>
  <div class="body">
    <div class="tools">
      <label class="slider">Labels <input id="overlay" type="range" min="0" max="100" value="60"><output for="overlay">60 %</output></label>
      <div class="chips" role="group" aria-label="Show images with a part">
        ${report.labelList.parts.map(
          (part) =>
            html`<button type="button" class="chip" aria-pressed="false" data-part="${part.id}" data-color="${part.color}"><span class="swatch" style="--color: ${part.color}"></span>${part.name}</button>`,
        )}
      </div>
      <p class="small" id="gallery-status" role="status">All images. Choose a part to see where it is.</p>
    </div>
    <ul class="tiles" id="gallery-tiles">${report.gallery.map((sample) => sampleTile(sample, false))}</ul>
  </div>
</div></section>`

export const galleryStyles = `
.tools { display: grid; gap: 0.9rem; }
.slider { display: inline-flex; align-items: center; gap: 0.9rem; font-size: 0.9375rem; font-weight: 550; }
.slider input { width: min(16rem, 45vw); accent-color: var(--accent); }
.slider output { font-weight: 400; color: var(--muted); font-variant-numeric: tabular-nums; min-width: 3.5rem; }
.chips { display: flex; flex-wrap: wrap; gap: 0.4rem; max-height: 11rem; overflow-y: auto; padding: 3px; margin: -3px; }
.chip { display: inline-flex; align-items: center; gap: 0.5rem; padding: 0.3rem 0.75rem 0.3rem 0.55rem; border: 1px solid var(--line); border-radius: 999px; background: var(--card); font-size: 0.875rem; cursor: pointer; }
.chip:hover { border-color: var(--muted); }
.chip[aria-pressed='true'] { background: var(--ink); border-color: var(--ink); color: var(--paper); }
`
