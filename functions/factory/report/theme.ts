/** Colours, type and the shapes that all sections share. Every text colour has a contrast of 4.5:1 or more on its ground. */
export const theme = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --soft: #f1efe9; --line: #e3e0d8;
  --ink: #16181d; --muted: #5b6069;
  --accent: #0b6b5b; --on-accent: #ffffff; --accent-soft: #dcefe9;
  --warn: #b0401a; --warn-soft: #fbe9e0;
  --seeds: #8a8f9a; --shadow: 0 1px 2px #1a1c2210, 0 12px 32px -16px #1a1c2230;
  --overlay: 0.6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1114; --card: #171a1f; --soft: #20242b; --line: #2b3038;
    --ink: #eef0f4; --muted: #a0a7b4;
    --accent: #5fd3b8; --on-accent: #06231d; --accent-soft: #123a33;
    --warn: #ff9a70; --warn-soft: #3d2218;
    --seeds: #7b8494; --shadow: 0 1px 2px #0006, 0 16px 40px -20px #000c;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 400 1rem/1.6 Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-feature-settings: 'tnum'; -webkit-font-smoothing: antialiased;
}
.wrap { max-width: 74rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2.5rem); }
h1, h2, h3, p, figure, ul, dl { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: clamp(2.3rem, 5vw, 3.75rem); line-height: 1.04; letter-spacing: -0.035em; font-weight: 720; text-wrap: balance; }
h2 { font-size: clamp(1.6rem, 3vw, 2.15rem); line-height: 1.15; letter-spacing: -0.022em; font-weight: 680; text-wrap: balance; }
h3 { font-size: 1.0625rem; line-height: 1.3; font-weight: 640; letter-spacing: -0.005em; }
.lead { color: var(--muted); font-size: 1.0625rem; max-width: 64ch; margin-top: 0.75rem; text-wrap: pretty; }
.small { font-size: 0.875rem; color: var(--muted); }
.eyebrow { font-size: 0.8125rem; font-weight: 600; color: var(--accent); letter-spacing: 0.01em; }
section { padding-block: clamp(2.75rem, 6vw, 5rem); border-top: 1px solid var(--line); }
.body { margin-top: clamp(1.5rem, 3vw, 2.25rem); display: grid; gap: 1.25rem; min-width: 0; }
.body > * { min-width: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 18px; padding: clamp(1rem, 2.4vw, 1.75rem); box-shadow: var(--shadow); min-width: 0; }
.card > h3 + * { margin-top: 1rem; }
.columns { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 900px) { .columns { grid-template-columns: repeat(2, minmax(0, 1fr)); } .columns.wide-first { grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); } }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
button, input { font: inherit; color: inherit; }
code { font: 500 0.875em/1.5 ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, monospace; }
img { display: block; }
.labels, .heat { image-rendering: pixelated; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
caption { text-align: left; color: var(--muted); font-size: 0.875rem; padding-bottom: 0.75rem; }
th { text-align: left; font-weight: 500; }
thead th { font-size: 0.8125rem; color: var(--muted); padding: 0 0.75rem 0.6rem 0; border-bottom: 1px solid var(--line); vertical-align: bottom; }
tbody td, tbody th { padding: 0.55rem 0.75rem 0.55rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tbody tr:last-child > * { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.swatch { display: inline-block; flex: none; width: 0.85rem; height: 0.85rem; border-radius: 4px; background: var(--color); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--ink) 35%, transparent); }
.facts { display: grid; grid-template-columns: minmax(0, auto) minmax(0, 1fr); gap: 0.5rem 1.5rem; font-size: 0.9375rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.key { display: inline-flex; align-items: center; gap: 0.5rem; }
.key::before { content: ''; width: 1rem; height: 0.25rem; border-radius: 2px; background: var(--color); }
.keys { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.75rem; }
.hidden-text { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } *, ::before, ::after { transition: none !important; } }
@media print { .bar, .tools { display: none; } section { break-inside: avoid; } }
`
