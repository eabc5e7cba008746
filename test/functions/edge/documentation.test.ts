import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openEdge } from './edgeUnderTest.ts'

const Document = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ summary: z.string(), responses: z.record(z.string(), z.unknown()) })),
  ),
})
const { app } = openEdge()
const { openapi, paths } = Document.parse(await (await app.request('/openapi.json')).json())

describe('the OpenAPI document', () => {
  test('describes every call of Label Studio and of the project API, once', () => {
    expect(openapi).toBe('3.1.0')
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const project = '/api/projects/{platform}/{id}'
    expect(calls.sort()).toEqual(
      [
        'GET /health',
        'GET /versions',
        'POST /setup',
        'POST /predict',
        'POST /webhook',
        'POST /train',
        'GET /is_training',
        'POST /job_status',
        'POST /validate',
        'POST /delete',
        'POST /duplicate_model',
        'GET /api/projects',
        `GET ${project}`,
        `POST ${project}/start`,
        `PUT ${project}/serving`,
        `GET ${project}/settings`,
        `PATCH ${project}/settings`,
        `DELETE ${project}/predictions/{version}`,
        `GET ${project}/runs`,
        `GET ${project}/runs/{version}`,
        `GET ${project}/runs/{version}/report`,
        `GET ${project}/runs/{version}/images/{file}`,
        `GET ${project}/runs/{version}/labels/{file}`,
        `POST ${project}/runs/{version}/stop`,
        `POST ${project}/runs/{version}/retry`,
      ].sort(),
    )
  })

  test('names bodies and answers', () => {
    expect(paths['/setup']?.post).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { properties: { project: {} } } } } },
      responses: { 200: { content: { 'application/json': { schema: { required: ['model_version'] } } } } },
    })
  })
})

describe('the page of calls', () => {
  test('lists every call, and loads nothing', async () => {
    const response = await app.request('/docs')
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    const page = await response.text()
    for (const path of Object.keys(paths)) expect(page).toContain(` ${path}</code>`)
    expect(page).toContain("default-src 'none'")
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1])).toEqual(['openapi.json'])
    expect(page).not.toContain('<script')
  })
})
