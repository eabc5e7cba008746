import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import { facts } from './facts.ts'
import { formatScore } from './format.ts'

/** The model for real images, where one was trained: how well it finds each part on images that it has not seen. */
export const segmenter = ({ segmenter: trained, labelList }: ReportData) =>
  trained &&
  html`
<section id="segmenter" aria-labelledby="segmenter-title"><div class="wrap">
  <h2 id="segmenter-title">Segmenter</h2>
  <p class="lead">A network that labels real images learned from the generated ones. On generated images that were held out it reaches a mean IoU of ${formatScore(trained.miou)}, absent parts left out; on real ones it may be less.</p>
  <div class="body columns">
    <div class="card"><table>
      <thead><tr><th scope="col">Part</th><th scope="col" class="number">IoU on generated images</th></tr></thead>
      <tbody>${trained.parts.map(
        ({ id, name, iou }) =>
          html`<tr><th scope="row"><span class="phase"><span class="swatch" style="--color: ${labelList.parts[id]?.color ?? 'var(--line)'}"></span>${name}</span></th><td class="number">${iou === null ? html`<span class="small">none</span>` : formatScore(iou)}</td></tr>`,
      )}</tbody>
    </table></div>
    ${facts('Training', trained.facts)}
  </div>
</div></section>`
