/** The description of all calls: as an OpenAPI document, and as a page for people. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { renderDocumentation } from './documentationPage.ts'
import type { EdgeEnvironment } from './environment.ts'

/** Adds `/openapi.json` and `/docs`, which describe what was added to the app before. */
export function addDocumentation(app: OpenAPIHono<EdgeEnvironment>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'accessKey', {
    type: 'http',
    scheme: 'basic',
    description: 'Any user name; the password is the access key, or the key of one project',
  })
  const describe = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Sixteen',
        version: '1',
        description:
          'A Label Studio ML backend, and what its projects and runs are and do. Errors are { "error": "…" }.',
      },
      servers: [
        { url: '/' },
        {
          url: '/k/{key}',
          description: "Label Studio's calls only, with the key in the path, so that its automatic webhook has it, too",
          variables: { key: { default: 'key', description: 'The access key, or the key of one project' } },
        },
      ],
      security: [{ accessKey: [] }],
    })
  let document: ReturnType<typeof describe> | undefined
  const once = () => {
    document ??= describe()
    return document
  }
  app.get('/openapi.json', (c) => c.json(once()))
  app.get('/docs', (c) => c.html(renderDocumentation(once())))
}
