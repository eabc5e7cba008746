import { html } from 'hono/html'
import type { ReportSample } from '../../../schemas/report.ts'
import { formatUncertainty } from './format.ts'

/**
 * A generated image under its labels; with focus or the pointer on it, without them. Opens the dialog, which reads all it
 * shows from here.
 * @param withHeatMap shows the heat map beside the image
 */
export const sampleTile = (sample: ReportSample, withHeatMap: boolean) => html`
<li data-parts="${sample.parts.join(' ')}">
  <button type="button" class="tile" data-seed="${sample.seed}" data-score="${formatUncertainty(sample.score)}"
    data-fate="${sample.kept ? 'Kept' : 'Dropped'}" data-command="${sample.command}">
    <span class="pictures${withHeatMap && sample.heatMap ? ' two' : ''}">
      <span class="stack"><img class="image" src="${sample.image}" alt="" loading="lazy"><img class="labels" src="${sample.labels}" alt="" loading="lazy"></span>
      ${sample.heatMap && html`<img class="heat" src="${sample.heatMap}" alt="" loading="lazy"${!withHeatMap && html` hidden`}>`}
    </span>
    <span class="caption"><span><span class="hidden-text">Open seed </span>${sample.seed}</span><span><span class="hidden-text">, uncertainty </span>${formatUncertainty(sample.score)}</span></span>
  </button>
</li>`

export const sampleTileStyles = `
.tiles { display: grid; gap: 0.9rem 0.65rem; grid-template-columns: repeat(auto-fill, minmax(clamp(5.75rem, 10vw, 7.5rem), 1fr)); }
.tiles.pairs { grid-template-columns: repeat(auto-fill, minmax(clamp(9rem, 18vw, 13rem), 1fr)); }
.tile { display: block; width: 100%; padding: 0; border: 0; background: none; cursor: zoom-in; text-align: left; border-radius: 12px; }
.pictures { display: block; border-radius: 12px; overflow: hidden; background: var(--soft); box-shadow: 0 0 0 1px var(--line); transition: box-shadow 0.15s; }
.pictures.two { display: grid; grid-template-columns: 1fr 1fr; }
.tile:hover .pictures { box-shadow: 0 0 0 2px var(--accent); }
.stack { position: relative; display: block; }
.stack img, .pictures .heat { width: 100%; height: auto; }
.stack .labels, .stack canvas { position: absolute; inset: 0; width: 100%; height: 100%; opacity: var(--overlay); transition: opacity 0.15s; }
.stack canvas { image-rendering: pixelated; opacity: calc(0.3 + 0.7 * var(--overlay)); }
.stack:has(canvas) .labels { display: none; }
.tile:hover :is(.labels, canvas), .tile:focus-visible :is(.labels, canvas) { opacity: 0; }
.caption { position: relative; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.4rem; margin-top: 0.3rem; font-size: 0.75rem; line-height: 1.35; color: var(--muted); font-variant-numeric: tabular-nums; }
.caption > :first-child { color: var(--ink); font-weight: 550; }
`
