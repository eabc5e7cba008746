import { afterEach, describe, expect, test } from 'vitest'
import { checkServer } from '../../../integrations/label-studio/checkServer.ts'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import { createProject, findProject } from '../../../integrations/label-studio/projects.ts'
import { PlatformError } from '../../../integrations/platform/index.ts'
import { as, byPath, type FakeServer, quickClient, type Received, type Reply, serve } from './fakeServer.ts'

let server: FakeServer
afterEach(async () => await server?.close())
async function client(answers: Readonly<Record<string, Reply | ((request: Received) => Reply)>>) {
  server = await serve(byPath(answers))
  return quickClient(server.address)
}

describe('a project', () => {
  test('is read with its labels and where it is opened', async () => {
    const platform = openLabelStudio(await client({ 'GET /api/projects/1/': as('project') }))
    expect(await platform.readProject('1')).toEqual({
      id: '1',
      title: 'Faces',
      address: `${server.address}/projects/1/data`,
      labels: [
        { name: 'Hair', color: undefined },
        { name: 'Eye', color: undefined },
      ],
      shown: 'sixteen-v1',
      notices: [],
    })
  })

  test.each(['', '<View><Image', '<View></View>', null])(
    'whose configuration is %j has a notice, and no labels',
    async (xml) => {
      const project = { body: { id: 1, title: 'Faces', label_config: xml, model_version: null } }
      const platform = openLabelStudio(await client({ 'GET /api/projects/1/': project }))
      const { labels, notices } = await platform.readProject('1')
      expect(labels).toEqual([])
      expect(notices.map(({ level }) => level)).toContain('error')
    },
  )

  test('is made with labels', async () => {
    const there = await client({ 'POST /api/projects/': { status: 201, body: { id: 12 } } })
    const labels = [{ name: 'Hair & beard', color: '#ff0000' }]
    expect(await createProject(there, { title: 'Faces', labels })).toBe('12')
    const { title, label_config } = JSON.parse(server.received[0]?.text ?? '')
    expect(title).toBe('Faces')
    expect(label_config).toMatch(/<BrushLabels[^>]*>\s*<Label value="Hair &amp; beard" background="#ff0000"\/>/)
  })

  test('is made with a click and a box that ask for one part, where that is wished for', async () => {
    const there = await client({ 'POST /api/projects/': { status: 201, body: { id: 12 } } })
    await createProject(there, { title: 'Faces', labels: [{ name: 'Hair', color: undefined }], smartTools: true })
    const { label_config } = JSON.parse(server.received[0]?.text ?? '')
    for (const tag of ['KeyPointLabels', 'RectangleLabels'])
      expect(label_config).toMatch(new RegExp(`<${tag}[^>]*smart="true"[^>]*>\\s*<Label value="Hair"`))
  })

  test('is not made without labels', async () => {
    await expect(createProject(await client({}), { title: 'Faces', labels: [] })).rejects.toThrow(PlatformError)
  })

  test('is found by its number', async () => {
    expect(await findProject(await client({ 'GET /api/projects/1/': as('project') }), '1')).toBe('1')
  })

  const list = (...titles: string[]) => ({
    count: titles.length,
    results: titles.map((title, index) => ({ id: index + 1, title })),
  })

  test('is found by its whole title, of those that the server finds by a part', async () => {
    const there = await client({ 'GET /api/projects/': { body: list('Faces 2', 'faces', 'Faces') } })
    expect(await findProject(there, 'Faces')).toBe('3')
  })

  test('is found by a title that is a number', async () => {
    const there = await client({ 'GET /api/projects/': { body: list('2026') } })
    expect(await findProject(there, '2026')).toBe('1')
  })

  test('is found on a later page', async () => {
    const page = (number: number) => ({
      count: 101,
      results: [{ id: number, title: number === 2 ? 'Faces' : 'Faces too' }],
    })
    const there = await client({ 'GET /api/projects/': ({ query }) => ({ body: page(Number(query.get('page'))) }) })
    expect(await findProject(there, 'Faces')).toBe('2')
  })

  test('is not found where there is none, and not guessed where there are two', async () => {
    expect(await findProject(await client({ 'GET /api/projects/': { body: list() } }), 'Faces')).toBeUndefined()
    await server.close()
    const two = await client({ 'GET /api/projects/': { body: list('Faces', 'Faces') } })
    await expect(findProject(two, 'Faces')).rejects.toThrow(/number of one of them, 1, 2/)
  })
})

describe('a server', () => {
  const who = { body: { id: 1, email: 'somebody@example.org' } }

  test('tells its version, and which kind of token it took', async () => {
    const there = await client({ 'GET /api/version': as('version'), 'GET /api/current-user/whoami': who })
    const { version, edition, notices } = await checkServer(there)
    expect({ version, edition }).toEqual({ version: '1.23.2', edition: 'Community' })
    expect(notices).toMatchObject([{ code: 'token-kind', level: 'info' }])
  })

  test.each(['1.13.1', '1.25.0', '2.0.0', 'develop'])('of version %s is warned of', async (release) => {
    const there = await client({ 'GET /api/version': { body: { release } }, 'GET /api/current-user/whoami': who })
    expect((await checkServer(there)).notices.at(-1)).toMatchObject({ code: 'server-version', level: 'warning' })
  })

  test('that does not take the token is an error', async () => {
    const there = await client({
      'GET /api/version': as('version'),
      'GET /api/current-user/whoami': as('legacy tokens off'),
    })
    await expect(checkServer(there)).rejects.toThrow(/personal access token/)
  })

  test('that is another program is an error', async () => {
    await expect(checkServer(await client({ 'GET /api/version': { body: '<html>' } }))).rejects.toThrow(/web page/)
  })
})
