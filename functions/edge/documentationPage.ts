import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { z } from 'zod'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

const Content = z.record(z.string(), z.object({ schema: z.unknown().optional() }))

const Operation = z.object({
  tags: z.array(z.string()).default(['Other']),
  summary: z.string().default(''),
  description: z.string().optional(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().default(false), schema: z.unknown() }))
    .default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Content.optional() })),
})

/** As much of an OpenAPI document as the page shows. */
const Document = z.object({
  info: z.object({ title: z.string(), description: z.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
})

interface Call extends z.infer<typeof Operation> {
  readonly method: string
  readonly path: string
}

const groupOf = ({ tags }: Call): string => tags[0] ?? 'Other'

/**
 * All calls as one page that loads nothing.
 * @param document OpenAPI 3.1
 */
export function renderDocumentation(document: unknown): Html {
  const { info, paths } = Document.parse(document)
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Call => ({ ...operation, method: method.toUpperCase(), path })),
  )
  const names = [...new Set(calls.map(groupOf))]
  const groups = new Map(names.map((name) => [name, calls.filter((call) => groupOf(call) === name)]))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${info.title}: calls</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>${info.title}: calls</h1>
<p>${info.description} The same for programs: <a href="openapi.json">openapi.json</a>.</p>
${[...groups].map(([tag, members]) => renderGroup(tag, members))}
</main>
</body>
</html>`
}

const renderGroup = (tag: string, calls: readonly Call[]): Html => html`
<section>
<h2>${tag}</h2>
${calls.map(renderCall)}
</section>`

const renderCall = (call: Call): Html => html`
<article>
<h3><code>${call.method} ${call.path}</code></h3>
<p>${call.summary}.</p>
${call.description === undefined ? '' : html`<p>${call.description}</p>`}
${call.parameters.length === 0 ? '' : renderParameters(call)}
${Object.entries(call.requestBody?.content ?? {}).map(([type, { schema }]) => renderSchema(`Body: ${type}`, schema))}
${Object.entries(call.responses).flatMap(([status, { description, content = {} }]) => {
  const types = Object.entries(content)
  const title = `${status}: ${description}`
  return types.map(([type, { schema }]) => renderSchema(`${title}, ${type}`, schema))
})}
</article>`

const renderParameters = ({ parameters }: Call): Html => html`
<ul>
${parameters.map((parameter) => html`<li><code>${parameter.name}</code> in the ${parameter.in}</li>`)}
</ul>`

const renderSchema = (title: string, schema: unknown): Html => html`
<details>
<summary>${title}</summary>
<pre tabindex="0" role="region" aria-label="${title}">${JSON.stringify(schema, null, 1)}</pre>
</details>`

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; background: Canvas; color: CanvasText }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere }
article { border-top: 1px solid GrayText; padding: .75rem 0 }
article p, ul { margin: .25rem 0 }
pre { overflow: auto; max-height: 24rem; margin: .25rem 0; font-size: .8rem }
summary { cursor: pointer; overflow-wrap: anywhere }`
