import { html } from 'hono/html'

/** One sample, large; the script fills it from the tile that was opened. */
export const sampleDialog = () => html`
<dialog id="sample" aria-labelledby="sample-title">
  <div class="dialog-head">
    <div><h2 id="sample-title">Sample</h2><p class="small" id="sample-about"></p></div>
    <div class="dialog-buttons">
      <button type="button" id="sample-previous" aria-label="Previous sample" title="Previous (←)">←</button>
      <button type="button" id="sample-next" aria-label="Next sample" title="Next (→)">→</button>
      <button type="button" id="sample-close" aria-label="Close" title="Close (Esc)">✕</button>
    </div>
  </div>
  <div class="panels">
    ${['Image', 'Labels', 'Overlay', 'Uncertainty'].map(
      (name) =>
        html`<figure data-panel="${name.toLowerCase()}"><div class="picture"></div><figcaption>${name}</figcaption></figure>`,
    )}
  </div>
  <ul class="dialog-parts" id="sample-parts" aria-label="Parts in this image"></ul>
  <h3>Make it again</h3>
  <div class="command"><code id="sample-command"></code><button type="button" id="sample-copy">Copy</button></div>
</dialog>`

export const sampleDialogStyles = `
dialog { width: min(72rem, calc(100vw - 1.5rem)); max-height: calc(100dvh - 1.5rem); padding: clamp(1rem, 2.5vw, 2rem); border: 1px solid var(--line); border-radius: 20px; background: var(--card); color: var(--ink); box-shadow: 0 30px 90px -20px #000a; overflow-y: auto; }
dialog::backdrop { background: #0b0d10b8; backdrop-filter: blur(3px); }
.dialog-head { display: flex; justify-content: space-between; gap: 1rem; align-items: flex-start; margin-bottom: 1.25rem; }
.dialog-buttons { display: flex; gap: 0.4rem; }
.dialog-buttons button { width: 2.5rem; height: 2.5rem; border: 1px solid var(--line); border-radius: 10px; background: var(--soft); cursor: pointer; line-height: 1; }
.dialog-buttons button:hover, .command button:hover { border-color: var(--accent); }
.panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.75rem; }
@media (min-width: 800px) { .panels { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
.picture { position: relative; border-radius: 12px; overflow: hidden; background: #0d0f12; box-shadow: 0 0 0 1px var(--line); }
.picture img { width: 100%; height: auto; }
.picture img + img { position: absolute; inset: 0; height: 100%; opacity: 0.6; }
.panels figcaption { margin-top: 0.4rem; font-size: 0.875rem; color: var(--muted); }
.dialog-parts { display: flex; flex-wrap: wrap; gap: 0.35rem 1.1rem; margin-block: 1.25rem; font-size: 0.875rem; }
.dialog-parts li { display: inline-flex; align-items: center; gap: 0.5rem; }
.command { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; margin-top: 0.6rem; padding: 0.6rem 0.6rem 0.6rem 0.9rem; border-radius: 12px; background: var(--soft); }
.command code { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
.command button { padding: 0.35rem 0.9rem; border: 1px solid var(--line); border-radius: 9px; background: var(--card); cursor: pointer; font-size: 0.875rem; }
`
