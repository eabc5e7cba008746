import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import { formatAmount, formatCount } from './format.ts'

/** What the person could paint next: parts that are short of pixels, and seeds that would help. */
export function painting(report: ReportData) {
  const { minimumPixels, nextSeeds } = report.painting
  const scarce = report.parts
    .filter((part) => part.seedPixels < minimumPixels)
    .sort((a, b) => a.seedPixels - b.seedPixels)
  return html`
<section id="painting" aria-labelledby="painting-title"><div class="wrap">
  <h2 id="painting-title">What to paint next</h2>
  <p class="lead">${
    scarce.length === 0
      ? `Every part has ${formatCount(minimumPixels)} painted pixels or more.`
      : `${formatAmount(scarce.length, 'part')} of ${formatCount(report.parts.length)} had fewer than ${formatCount(minimumPixels)} painted pixels to learn from.`
  }${nextSeeds.length > 0 && ' A few more paintings, of images such as these, would help most.'}</p>
  <div class="body">
    ${
      scarce.length > 0 &&
      html`<ul class="scarce-parts">${scarce.map(({ id, seedPixels, seedImages }) => {
        const part = report.labelList.parts[id]
        return html`<li class="card"><span class="swatch" style="--color: ${part?.color}"></span><b>${part?.name}</b><span class="small">${
          seedPixels === 0
            ? 'never painted'
            : `${formatAmount(seedPixels, 'pixel')} on ${formatAmount(seedImages, 'seed')}`
        }</span></li>`
      })}</ul>`
    }
    ${
      nextSeeds.length > 0 &&
      html`<ul class="next-seeds">${nextSeeds.map(
        ({ seed, image, heatMap, reason }) => html`<li>
        <span class="pictures${heatMap && ' two'}"><img src="${image}" alt="Seed ${seed}" loading="lazy">${
          heatMap && html`<img class="heat" src="${heatMap}" alt="Its uncertainty" loading="lazy">`
        }</span>
        <p><b>Seed ${seed}</b> <span class="small">${reason}</span></p></li>`,
      )}</ul>`
    }
  </div>
</div></section>`
}

export const paintingStyles = `
.scarce-parts { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
.scarce-parts li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 0.7rem; align-items: center; padding: 0.8rem 1rem; border-radius: 14px; }
.scarce-parts b { overflow-wrap: anywhere; font-weight: 600; }
.scarce-parts .small { grid-column: 2; }
.next-seeds { display: grid; gap: 1.25rem 0.75rem; grid-template-columns: repeat(auto-fill, minmax(clamp(9rem, 20vw, 15rem), 1fr)); }
.next-seeds img { width: 100%; height: auto; }
.next-seeds p { margin-top: 0.5rem; line-height: 1.45; }
.next-seeds .small { display: block; }
`
