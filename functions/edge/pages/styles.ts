/** What pages of projects have beyond the report's design: they hold more on one screen, and are looked at every day. */
export const pageStyles = `
h2 { font-size: clamp(1.25rem, 2vw, 1.5rem); }
.lead { font-size: 1rem; margin-top: 0.45rem; line-height: 1.55; max-width: 92ch; }
section { padding-block: clamp(1.75rem, 3.5vw, 2.75rem); }
.body { margin-top: 1.1rem; }
.card { padding: clamp(1rem, 2vw, 1.4rem); border-radius: 16px; }
.columns.halves { align-items: start; }
.now { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); padding-bottom: clamp(1.75rem, 3.5vw, 2.75rem); }
@media (min-width: 900px) { .now { grid-template-columns: minmax(0, 5fr) minmax(0, 8fr); } }
.bar .crumb { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 0.9375rem; font-weight: 550; }
.bar .crumb::before { content: '/'; margin-right: 0.75rem; color: var(--muted); font-weight: 400; }
.bar > div { gap: 0.75rem; }
.connection { display: inline-flex; align-items: center; gap: 0.45rem; margin-left: auto; font-size: 0.8125rem; color: var(--muted); white-space: nowrap; }
.bar nav + .connection { margin-left: 0; }
.connection .dot { width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--seeds); }
.connection[data-mode='live'] .dot, .connection[data-mode='polling'] .dot { background: var(--accent); }
.connection[data-mode='lost'] .dot { background: var(--warn); }
[data-live]:focus { outline: none; }
section:has(> .wrap > [data-live]:empty) { display: none; }
@media (max-width: 760px) { .bar nav { display: none; } .bar nav + .connection { margin-left: auto; } }
.projects { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); padding-bottom: 3rem; }
.project { position: relative; display: grid; gap: 0.8rem; align-content: start; }
.project h2 { font-size: 1.25rem; overflow-wrap: anywhere; }
.project h2 a { color: inherit; text-decoration: none; }
.project h2 a::after { content: ''; position: absolute; inset: 0; border-radius: 16px; }
.project:hover { border-color: var(--accent); }
.project h2 a:focus-visible { outline: none; }
.project h2 a:focus-visible::after { outline: 3px solid var(--accent); outline-offset: 2px; }
.project .pips { margin-block: 0; grid-template-columns: repeat(min(16, var(--count)), minmax(0, 1fr)); gap: 3px; }
.project .pips span { border-radius: 4px; }
.project .bar-of-seeds { margin-block: 0; }
.project .facts { font-size: 0.875rem; gap: 0.3rem 1rem; line-height: 1.45; }
.project .platform { position: relative; justify-self: start; font-size: 0.875rem; }
.project .progress { margin-top: 0; font-size: 0.875rem; }
.project .progress-track { height: 0.5rem; }
.project .next { line-height: 1.5; }
.project .origin { margin-top: -0.55rem; }
.begin { display: grid; gap: 0.9rem; max-width: 52rem; }
.begin code { display: block; padding: 0.75rem 1rem; border-radius: 12px; background: var(--soft); overflow-wrap: anywhere; }
.begin ol { margin: 0; padding-left: 1.25rem; display: grid; gap: 0.9rem; }
`
