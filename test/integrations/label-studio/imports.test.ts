import { afterEach, describe, expect, test } from 'vitest'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import {
  ImportUnsettledError,
  type NewTask,
  PlatformError,
  PlatformUnavailableError,
} from '../../../integrations/platform/index.ts'
import {
  type Answer,
  as,
  byPath,
  type FakeServer,
  quickClient,
  type Received,
  type Reply,
  recording,
  serve,
} from './fakeServer.ts'

const form = { parts: ['Background', 'Hair', 'Eye'], width: 2, height: 1 }
// The recorded uploads have 163, 165 and 163 bytes.
const tasks: readonly NewTask[] = [163, 165, 163].map((bytes, index) => ({
  sample: `avatars-s${index}-t0.7`,
  kind: index === 1 ? 'generated' : 'seed',
  image: new Uint8Array(bytes).fill(65 + index),
  ...(index === 1
    ? {
        prediction: {
          version: 'sixteen-v1',
          score: 0.25,
          labelMap: { width: 2, height: 1, data: Uint8Array.of(0, 1) },
        },
      }
    : {}),
}))

const uploads: Answer = { status: 201, body: recording('import_files_response.json') }
const files: Answer = { body: recording('file_uploads_response.json') }
const imported: Answer = { status: 201, body: recording('import_tasks_response.json') }

let server: FakeServer
afterEach(async () => await server.close())

/** A server that takes uploads, and answers the import of the tasks in a certain way. */
async function importing(reply: Reply, other: Readonly<Record<string, Reply>> = {}) {
  server = await serve(
    byPath({
      'GET /api/projects/8/': as('project'),
      'POST /api/projects/8/import': ({ query }) => (query.get('commit_to_project') === 'false' ? uploads : reply),
      'GET /api/projects/8/file-uploads': files,
      ...other,
    }),
  )
  const platform = openLabelStudio(quickClient(server.address))
  return { attempt: platform.importTasks('8', form, tasks) }
}
const requests = (path: string): readonly Received[] => server.received.filter((request) => request.path === path)
const creations = () =>
  requests('POST /api/projects/8/import').filter(({ query }) => query.get('commit_to_project') !== 'false')

describe('an import', () => {
  test('uploads each image under a field of its own, then makes all tasks at once', async () => {
    const { attempt } = await importing(imported)
    await attempt
    const [upload, creation] = requests('POST /api/projects/8/import')
    const fields = [
      ...(upload?.text ?? '').matchAll(/name="(.*?)"; filename="(.*?)"\r\nContent-Type: (.*?)\r\n\r\n(.*?)\r\n/g),
    ]
    expect(fields.map(([, name, file, type]) => [name, file, type])).toEqual([
      ['image0', 'avatars-s0-t0.7.png', 'image/png'],
      ['image1', 'avatars-s1-t0.7.png', 'image/png'],
      ['image2', 'avatars-s2-t0.7.png', 'image/png'],
    ])
    expect(fields.map(([, , , , bytes]) => bytes)).toEqual(['A'.repeat(163), 'B'.repeat(165), 'C'.repeat(163)])
    expect(requests('GET /api/projects/8/file-uploads')[0]?.query.get('ids')).toBe('[4,5,6]')
    // The project's configuration calls its image `$image`.
    expect(JSON.parse(creation?.text ?? '')).toMatchObject([
      { data: { image: '/data/upload/8/825e0f23-im_0.png', sample: 'avatars-s0-t0.7', kind: 'seed' } },
      {
        data: { image: '/data/upload/8/4beff2a1-im_1.png', sample: 'avatars-s1-t0.7', kind: 'generated' },
        predictions: [
          {
            model_version: 'sixteen-v1',
            score: 0.25,
            result: [
              { from_name: 'part', to_name: 'image', type: 'brushlabels', original_width: 2, original_height: 1 },
            ],
          },
        ],
      },
      { data: { image: '/data/upload/8/21f21698-im_2.png', sample: 'avatars-s2-t0.7', kind: 'seed' } },
    ])
  })

  test('pairs files with samples by id, whatever their order', async () => {
    const body = [recording('file_uploads_response.json')].flat().toReversed()
    const { attempt } = await importing(imported, { 'GET /api/projects/8/file-uploads': { body } })
    await attempt
    expect(JSON.parse(creations()[0]?.text ?? '')[0].data.image).toBe('/data/upload/8/825e0f23-im_0.png')
  })

  test.each<[string, Answer]>([
    ['are fewer', { body: [{ id: 4, file: 'upload/8/a.png', size: 163 }] }],
    [
      'have other sizes',
      {
        body: [
          { id: 4, file: 'upload/8/a.png', size: 163 },
          { id: 5, file: 'upload/8/b.png', size: 163 },
          { id: 6, file: 'upload/8/c.png', size: 163 },
        ],
      },
    ],
  ])('makes no task where the stored files %s', async (_, stored) => {
    const { attempt } = await importing(imported, { 'GET /api/projects/8/file-uploads': stored })
    await expect(attempt).rejects.toThrow(/nothing was imported/)
    expect(creations()).toEqual([])
  })

  test.each<[string, Reply]>([
    ['the connection is cut', 'cut'],
    ['a gateway gives up', { status: 504, body: '<html>' }],
    ['the server crashes behind it', { status: 500, body: { detail: 'database is locked' } }],
    ['the answer is no JSON', { status: 201, body: '<html>' }],
    ['the server works on it still', { status: 201, body: { import: 17 } }],
    ['it tells of other tasks than were sent', { status: 201, body: { task_count: 2 } }],
  ])('is in doubt, and not sent again, where %s', async (_, reply) => {
    const { attempt } = await importing(reply)
    await expect(attempt).rejects.toThrow(ImportUnsettledError)
    await expect(attempt).rejects.toThrow(/list the tasks/)
    expect(creations()).toHaveLength(1)
  })

  test('is refused as a whole, with the reason, and its images are removed again', async () => {
    const refusal = { status: 400, body: recording('import_bad_label_response.json') }
    const gone = { status: 204, body: '' }
    const { attempt } = await importing(refusal, {
      'DELETE /api/import/file-upload/4': gone,
      'DELETE /api/import/file-upload/5': gone,
      'DELETE /api/import/file-upload/6': gone,
    })
    await expect(attempt).rejects.toThrow(/valid labels: \['Hair', 'Eye'\]/)
    await expect(attempt).rejects.not.toThrow(ImportUnsettledError)
    expect(server.received.slice(-3).map(({ line }) => line)).toEqual([
      'DELETE /api/import/file-upload/4',
      'DELETE /api/import/file-upload/5',
      'DELETE /api/import/file-upload/6',
    ])
  })

  test.each<[string, Reply]>([
    ['cut', 'cut'],
    ['refused', { status: 413, body: '<html>' }],
  ])('whose upload was %s is in no doubt: nothing was imported', async (_, reply) => {
    const { attempt } = await importing(imported, { 'POST /api/projects/8/import': reply })
    await expect(attempt).rejects.toThrow(reply === 'cut' ? PlatformUnavailableError : PlatformError)
    await expect(attempt).rejects.not.toThrow(ImportUnsettledError)
    expect(requests('POST /api/projects/8/import')).toHaveLength(1)
  })

  test('into a project without an image says what is missing, before anything is sent', async () => {
    const config = '<View><Text name="text" value="$text"/></View>'
    const project = { body: { id: 8, title: 'Texts', label_config: config, model_version: '' } }
    const { attempt } = await importing(imported, { 'GET /api/projects/8/': project })
    await expect(attempt).rejects.toThrow(/no Image tag/)
    expect(server.received).toHaveLength(1)
  })

  test('names the image as the configuration does', async () => {
    const config =
      '<View><Image name="photo" value="$picture"/><BrushLabels name="a" toName="photo"><Label value="Hair"/></BrushLabels></View>'
    const project = { body: { id: 8, title: 'Faces', label_config: config, model_version: null } }
    const { attempt } = await importing(imported, { 'GET /api/projects/8/': project })
    await attempt
    expect(JSON.parse(creations()[0]?.text ?? '')[0].data).toMatchObject({
      picture: '/data/upload/8/825e0f23-im_0.png',
    })
  })

  test('of large images uploads them in parts', async () => {
    const size = 12 * 2 ** 20
    let next = 0
    const stored: object[] = []
    server = await serve((request) => {
      if (request.path === 'GET /api/projects/8/') return as('project')
      if (request.path === 'GET /api/projects/8/file-uploads') return { body: stored }
      if (request.query.get('commit_to_project') !== 'false') return { status: 201, body: { task_count: 5 } }
      const count = request.text.split('filename=').length - 1
      const ids = Array.from({ length: count }, () => next++)
      stored.push(...ids.map((id) => ({ id, file: `upload/8/${id}.png`, size })))
      return { status: 201, body: { file_upload_ids: ids } }
    })
    const image = new Uint8Array(size)
    const large = Array.from(
      { length: 5 },
      (_, index): NewTask => ({ sample: `avatars-s${index}-t0.7`, kind: 'seed', image }),
    )
    await openLabelStudio(quickClient(server.address)).importTasks('8', form, large)
    const sizes = requests('POST /api/projects/8/import').map(({ text }) => text.split('filename=').length - 1)
    expect(sizes).toEqual([2, 2, 1, 0])
    const images = JSON.parse(creations()[0]?.text ?? '').map(({ data }: { data: { image: string } }) => data.image)
    expect(images).toEqual([0, 1, 2, 3, 4].map((id) => `/data/upload/8/${id}.png`))
  })

  test('takes no project that is no number, which could lead elsewhere', async () => {
    server = await serve(() => ({}))
    const platform = openLabelStudio(quickClient(server.address))
    for (const project of ['', '../users', '8/../9', '8?x', ' 8', '-1']) {
      await expect(platform.importTasks(project, form, tasks)).rejects.toThrow(PlatformError)
    }
    expect(server.received).toEqual([])
  })
})
