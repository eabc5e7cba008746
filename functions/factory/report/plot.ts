import { html, raw } from 'hono/html'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

/** A plot without its size: the page chooses that. */
export type PlotSpec = Omit<Extract<TopLevelSpec, { layer: unknown }>, 'width' | 'height' | 'config' | 'background'>

/** Colours are the page's CSS variables, so that one drawing serves light and dark. */
const config = {
  aria: false,
  font: 'inherit',
  view: { stroke: null },
  axis: {
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    gridColor: 'var(--line)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 400,
    titlePadding: 10,
    labelPadding: 6,
    ticks: false,
  },
  axisY: { domain: false },
  axisX: { grid: false },
} as const

/** How much of the page's width a plot has on a wide screen. */
export type PlotWidth = 'page' | 'column'

/** Text in a drawing shrinks with it: so a plot is drawn twice, in CSS pixels, and the page shows the one that fits. */
const sizes = (width: PlotWidth) =>
  [
    { name: 'wide', ...(width === 'page' ? { width: 1040, height: 280 } : { width: 490, height: 250 }) },
    { name: 'narrow', width: 310, height: 220 },
  ] as const

/**
 * A plot as inline SVG, drawn on the server.
 * @param description what it shows, for those who do not see it; numbers included
 */
export async function plot(spec: PlotSpec, width: PlotWidth, description: string) {
  const drawings = await Promise.all(
    sizes(width).map(async ({ name, ...size }) => {
      const { spec: vegaSpec } = compile({
        ...spec,
        ...size,
        background: 'transparent',
        padding: 2,
        autosize: { type: 'fit', contains: 'padding' },
        config,
      })
      const svg = await new View(parse(vegaSpec), { renderer: 'none' }).toSVG()
      return html`<div class="plot ${name}" aria-hidden="true">${raw(withoutRoles(svg))}</div>`
    }),
  )
  return html`<div role="img" aria-label="${description}">${drawings}</div>`
}

/** The description stands for the whole drawing; roles and labels inside of it would only be noise. */
const withoutRoles = (svg: string): string => svg.replace(/ (role|aria-[a-z]+)="[^"]*"/g, '')

export const plotStyles = `
.plot svg { display: block; width: 100%; height: auto; overflow: visible; }
.plot.wide { display: none; }
@media (min-width: 760px) { .plot.wide { display: block; } .plot.narrow { display: none; } }
`
