import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { pageRoutes } from '../../../../functions/edge/pages/index.ts'
import { overwrite, type Store, updateJson } from '../../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { Project } from '../../../../schemas/project.ts'
import { at, keysOf, manifestOf, runOf, stateOf } from './records.ts'
import { projects, storeOfProjects } from './storeOfProjects.ts'
import { writer } from './writer.ts'

const queue = { depth: async () => ({ messages: 3, dead: 1 }) }
const now = () => new Date(at(123))
const pagesOf = (store: Store, pollMilliseconds = 1) => pageRoutes({ store, queue, now, pollMilliseconds })
const pageOf = (project: string): string => `/projects/label-studio-${project}`

const store = await storeOfProjects()
const app = pagesOf(store)

const read = async (path: string, from: Hono = app): Promise<string> => {
  const response = await from.request(path)
  expect(response.status).toBe(200)
  return response.text()
}

/** What a reader sees: without tags, styles and scripts. */
const textOf = (html: string): string =>
  html
    .replace(/<(script|style)>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')

describe('the list of projects', () => {
  test('shows each with its next step, its seeds and the version shown, and the queue', async () => {
    const html = await read('/')
    const text = textOf(html)
    for (const title of ['Birds of the garden', 'Street portraits', 'Faces with hats', 'Faces', 'Cars'])
      expect(text).toContain(title)
    expect(text).toContain('Paint 9 more of the 16 images: the first run begins by itself then.')
    expect(html).toContain('aria-label="7 of 16 seeds painted"')
    expect(html).toContain('aria-valuenow="62"')
    expect(text).toContain('3 events in the queue. 1 event failed too often and is set aside.')
    expect(html).toContain('href="projects/label-studio-8"')
    expect(html).toContain('href="http://localhost:8080/projects/8/data"')
  })

  test('of an empty store tells how to begin', async () => {
    expect(await read('/', pagesOf(openMemoryStore()))).toContain('sixteen connect')
  })
})

describe('the page of a project', () => {
  test('tells how far its run is', async () => {
    const html = await read(pageOf(projects.running))
    expect(html).toContain('aria-valuetext="62 %, 620 of 1,000 steps, about 2 min left in this phase"')
    expect(html).toMatch(
      /aria-label="Loss: Distilling the student\. On pixels held out: from 2\.\d+ to 0\.\d+ at step 620/,
    )
    expect(textOf(html)).toContain('sixteen-v2 is made from 16 paintings and 4 corrections.')
  })

  test('says when nothing was heard of a run for long', async () => {
    const late = pageRoutes({ store, queue, now: () => new Date(at(133)) })
    expect(textOf(await read(pageOf(projects.running), late))).toContain('nothing heard for 10 min')
  })

  test('compares its versions, in words too', async () => {
    const text = textOf(await read(pageOf(projects.done)))
    // Means of the scores in the fixture: 0.7079 and 0.7452.
    expect(text).toContain('0.745 ▲ +0.037 better')
    expect(text).toContain('4 paintings added')
    expect(text).toContain('9 parts better (beard ▲ +0.281 better), 2 worse (hat ▼ −0.011 worse)')
  })

  test('reckons the cost at the pace that was measured, and leaves untouched regions out', async () => {
    const text = textOf(await read(pageOf(projects.done)))
    // 8,460 s on 20 paintings are 7 min 3 s each; 450 images at that pace are 52 h 52 min 30 s.
    expect(text).toContain('on 20 of 21 paintings: 7 min 3 s each')
    expect(text).toContain('52 h 53 min')
    expect(text).toContain('34 regions were predicted and left untouched: that is no human work')
  })

  test('shows 48 images and the 12 most uncertain that were dropped, each with a place of its size', async () => {
    const html = await read(pageOf(projects.done))
    const pictures = html.match(/<img\s[^>]*>/g) ?? []
    expect(pictures).toHaveLength(2 * (48 + 12))
    for (const picture of pictures) expect(picture).toMatch(/ loading="lazy" .*width="128" height="128"/)
    expect(html).toContain('src="api/projects/label-studio/8/runs/sixteen-v2/labels/avatars-s1000-t0.7.png"')
  })

  test('keeps places of the size that a cropped generator’s images and label maps have', async () => {
    const cropped = await storeOfProjects()
    const { project } = keysOf(projects.done)
    const crop = { x: 0, y: 16, width: 128, height: 96 }
    await updateJson(cropped, project, Project, ({ generator, settings, ...rest }) => ({
      ...rest,
      generator: { ...generator, crop },
      settings: { ...settings, labelWidth: 64, labelHeight: 48 },
    }))
    const html = await read(pageOf(projects.done), pagesOf(cropped))
    expect(textOf(html)).toContain('avatars, 128 × 96')
    const pictures = html.match(/<img\s[^>]*>/g) ?? []
    for (const [index, picture] of pictures.entries())
      expect(picture).toContain(index % 2 === 0 ? 'width="128" height="96"' : 'width="64" height="48"')
  })

  test('tells what went wrong, and lets it be tried again', async () => {
    const html = await read(pageOf(projects.failed))
    expect(textOf(html)).toContain(
      'sixteen-v1 failed in the phase “generate”: no space left on device: 120 MB are needed',
    )
    expect(html).toMatch(/data-request="api\/projects\/label-studio\/9\/runs\/sixteen-v1\/retry"[^>]*>Try again/)
  })

  test('passes on notices, and why paintings cannot be used', async () => {
    const text = textOf(await read(pageOf(projects.painting)))
    expect(text).toMatch(/Warning ?The label “moustache” is not in the label configuration any more\./)
    expect(text).toContain('Task 103, annotation 41 It holds key points only: paint the parts with the brush.')
  })

  test('is there with the record alone, and with what was found on the platform alone', async () => {
    const bare = openMemoryStore()
    await writer(bare).project('1')
    await writer(bare).state('2', stateOf('2', {}))
    expect(textOf(await read(pageOf('1'), pagesOf(bare)))).toContain('no annotation platform is connected')
    expect(textOf(await read(pageOf('2'), pagesOf(bare)))).toContain('Paint the parts of 16 images.')
  })

  test('names records that are damaged, and shows the rest', async () => {
    const hurt = openMemoryStore()
    await writer(hurt).project('1')
    await writer(hurt).run('1', runOf(1, 'done'))
    await overwrite(hurt, keysOf('1').run('sixteen-v1').manifest, new TextEncoder().encode('{'))
    await overwrite(hurt, keysOf('1').state, new TextEncoder().encode('{"schemaVersion": 2}'))
    const text = textOf(await read(pageOf('1'), pagesOf(hurt)))
    expect(text).toContain('The record projects/label-studio-1/state.json cannot be read')
    expect(text).toContain('The record projects/label-studio-1/runs/sixteen-v1/manifest.json cannot be read')
    expect(text).toContain('sixteen-v1 is done.')
  })

  test('takes nothing that comes from outside for markup, or for an address to go to', async () => {
    const hostile = openMemoryStore()
    await writer(hostile).project('1')
    await writer(hostile).state(
      '1',
      stateOf('1', {
        title: '<script>alert(1)</script>',
        address: 'javascript:alert(1)',
        next: { kind: 'blocked', reason: '"><img src=x>' },
      }),
    )
    for (const path of ['/', pageOf('1'), `${pageOf('1')}/live`]) {
      const html = await read(path, pagesOf(hostile))
      expect(html).not.toContain('<script>alert')
      expect(html).not.toContain('<img src=x>')
      expect(html).not.toContain('javascript:')
    }
  })

  test('reads a manifest once, and never lists the images of a run', async () => {
    const reads: string[] = []
    const counted: Store = {
      ...store,
      get: (key) => {
        reads.push(key)
        return store.get(key)
      },
      list: (prefix) => {
        throw new Error(`${prefix} was listed`)
      },
    }
    const pages = pagesOf(counted)
    for (let visit = 0; visit < 3; visit++) await read(pageOf(projects.done), pages)
    for (const version of ['sixteen-v1', 'sixteen-v2'])
      expect(reads.filter((key) => key === keysOf(projects.done).run(version).manifest)).toHaveLength(1)
  })
})

describe('what does not exist', () => {
  test.each(['/projects/label-studio-77', '/projects/other-1', '/projects/..%2f..%2fetc', '/projects/%3Cscript%3E'])(
    '%s is told so, in the same design',
    async (path) => {
      const response = await app.request(path)
      const html = await response.text()
      expect(response.status).toBe(404)
      expect(html).toContain('No such project')
      expect(html).not.toContain('<script>')
    },
  )

  test.each(['/projects/label-studio-77/live', '/projects/label-studio-77/events'])('%s is not found', async (path) => {
    expect((await app.request(path)).status).toBe(404)
  })
})

describe('wherever they are mounted', () => {
  const mounted = new Hono().route('/', app).route('/k/:key', app)

  /** Where a page's addresses lead, as a browser makes them out; those of other servers left out. */
  const addresses = (html: string, page: string): string[] => {
    const base = new URL(/<base href="([^"]*)"/.exec(html)?.[1] ?? '', page)
    const written = html.replace(/<base[^>]*>/, '').matchAll(/ (?:href|src|data-request)="(?!http:|data:)([^"]*)"/g)
    return [...written].map(([, address]) => new URL(address ?? '', base).href)
  }

  test.each([
    ['http://host/', 'http://host/'],
    ['http://host/k/secret', 'http://host/k/secret/'],
    ['http://host/k/secret/projects/label-studio-8', 'http://host/k/secret/'],
    ['http://host/projects/label-studio-8', 'http://host/'],
  ])('all addresses of %s lead below %s', async (page, root) => {
    const html = await read(page, mounted)
    const found = addresses(html, page)
    expect(found.length).toBeGreaterThan(5)
    for (const address of found) expect(address.startsWith(root)).toBe(true)
    expect(html).not.toMatch(/(?:href|src|action|data-request|data-live)="\//)
  })

  test('only the page’s own script may run', async () => {
    const html = await read(pageOf(projects.done))
    const script = /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    expect(html).toContain(`script-src &#39;sha256-${hash}&#39;`)
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).not.toMatch(/ on[a-z]+="/)
  })
})

test('a manifest that changed is seen once its run says so', async () => {
  const changing = openMemoryStore()
  const put = writer(changing)
  await put.project('1')
  await put.run('1', runOf(1, 'done'))
  await put.manifest('1', manifestOf('sixteen-v1', 100, 10))
  const pages = pagesOf(changing)
  expect(textOf(await read(pageOf('1'), pages))).toContain('of 100, 10 dropped')
  await put.manifest('1', manifestOf('sixteen-v1', 200, 10))
  await put.run('1', runOf(1, 'done', [], { createdAt: at(61) }))
  expect(textOf(await read(pageOf('1'), pages))).toContain('of 200, 10 dropped')
})
