/** What networks, people and power cuts do to the loop, on a real Label Studio: everything is there exactly once. */
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ended, type Loop, openLoop, samplesOf } from './support/loop.ts'
import type { SixteenServer } from './support/sixteenServer.ts'

describe.each([
  { validation: 'on', validatePredictions: true },
  { validation: 'off', validatePredictions: false },
])('with validation of predictions $validation', ({ validatePredictions }) => {
  let loop: Loop
  beforeAll(async () => {
    loop = await openLoop('label-studio-disturbed', { validatePredictions })
  })
  afterAll(() => loop?.close())

  const Runs = z.object({ runs: z.array(z.object({ version: z.string(), state: z.string() })) })

  async function runsOf(
    { address }: SixteenServer,
    project: string,
  ): Promise<readonly { version: string; state: string }[]> {
    const answer = await fetch(`${address}/api/projects/label-studio/${project}/runs`)
    return Runs.parse(await answer.json()).runs.map(({ version, state }) => ({ version, state }))
  }

  /** Each published sample is one task with one prediction of the version. */
  async function expectPublishedOnce(project: string, version: string, count = 5): Promise<void> {
    const generated = await loop.annotator.generated(project)
    expect(generated).toHaveLength(count)
    expect(new Set(samplesOf(generated)).size).toBe(count)
    for (const { predictions } of await loop.annotator.tasks(project))
      expect(predictions.filter(({ model_version }) => model_version === version)).toHaveLength(1)
    expect(await loop.annotator.project(project)).toMatchObject({ model_version: version })
  }

  describe('webhooks', () => {
    test('that come fifty times, out of order and mixed with rubbish, begin one run', async () => {
      const server = await loop.serve()
      const project = await loop.connectedProject(server, 'Repeated')
      const done = server.said(ended(project, 'sixteen-v1'))
      await loop.paintSeeds(project)
      const hooks = Array.from({ length: 50 }, (_, index) => ({
        action: index % 5 === 0 ? 'ANNOTATIONS_DELETED' : 'ANNOTATION_UPDATED',
        annotation: { id: 50 - index },
        annotations: [{ id: index }],
        project: { id: Number(project) },
      }))
      const answers = await Promise.all(
        hooks.map((hook) =>
          fetch(`${server.address}/webhook`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(hook),
          }),
        ),
      )
      expect(answers.every(({ status }) => status === 200)).toBe(true)
      await done
      expect(await runsOf(server, project)).toEqual([{ version: 'sixteen-v1', state: 'done' }])
      await expectPublishedOnce(project, 'sixteen-v1')
      await server.stop()
    })

    test('that are all lost are made up for by the reconciler', async () => {
      const server = await loop.serve()
      const project = await loop.connectedProject(server, 'Lost')
      const Webhooks = z.array(z.object({ id: z.int() }))
      for (const { id } of Webhooks.parse(await loop.annotator.call('GET', `/api/webhooks/?project=${project}`)))
        await loop.annotator.call('DELETE', `/api/webhooks/${id}/`)
      const done = server.said(ended(project, 'sixteen-v1'))
      await loop.paintSeeds(project)
      await done
      await expectPublishedOnce(project, 'sixteen-v1')
      await server.stop()
    })

    test('Start Training means now: with one painted seed', async () => {
      const server = await loop.serve()
      const project = await loop.connectedProject(server, 'Impatient')
      const [seed] = await loop.annotator.seeds(project)
      if (seed !== undefined) await loop.annotator.paint(seed)
      const done = server.said(ended(project, 'sixteen-v1'))
      await loop.annotator.startTraining(project)
      await done
      await expectPublishedOnce(project, 'sixteen-v1')
      await server.stop()
    })
  })

  describe('our process is killed', () => {
    test.each([
      { when: 'training', moments: [/progress: training the interpreter/] },
      { when: 'generating', moments: [/progress: generating labelled images/] },
      // Label Studio tells of new tasks while it is still at the import, whose answer then reaches nobody.
      { when: 'publishing', moments: [/progress: importing tasks/, /"route":"\/webhook"/] },
    ])('while $when: the next one goes on, and every task is there exactly once', async ({ when, moments }) => {
      const server = await loop.serve({ defaults: slowPublishing })
      const project = await loop.connectedProject(server, `Killed while ${when}`)
      const killed = killAfter(server, moments)
      await loop.paintSeeds(project)
      await killed
      const next = await loop.serve({ folder: server.folder, port: server.port, defaults: slowPublishing })
      await next.said(ended(project, 'sixteen-v1'))
      expect(await runsOf(next, project)).toEqual([{ version: 'sixteen-v1', state: 'done' }])
      // Fifty-four of sixty are kept, and all of them published, in several imports.
      await expectPublishedOnce(project, 'sixteen-v1', 54)
      expect(samplesOf(await loop.annotator.seeds(project))).toEqual(seedSamples)
      await next.stop()
    })

    test('while the seeds are being imported: they are there exactly once', async () => {
      const server = await loop.serve()
      const project = await loop.annotator.createProject('Killed at once')
      const killed = killAfter(server, [/seeds are being made/, /"route":"\/webhook"/])
      await loop.connect(server, project)
      await killed
      const next = await loop.serve({ folder: server.folder, port: server.port })
      // Whether the import was done when its answer reached nobody, only Label Studio knows.
      const again = next.said(ended(project, 'seeds')).catch(() => undefined)
      await next.said(/looked at the project/)
      if (samplesOf(await loop.annotator.seeds(project)).length < seedSamples.length) await again
      expect(samplesOf(await loop.annotator.seeds(project))).toEqual(seedSamples)
      await next.stop()
    })
  })

  const seedSamples = [100, 101, 102].map((seed) => `avatars-s${seed}-t1`)

  /** Kills a server when it has logged the moments, one after the other. */
  async function killAfter(server: SixteenServer, moments: readonly RegExp[]): Promise<void> {
    for (const moment of moments) await server.said(moment)
    await server.kill()
  }

  /** More tasks than one import takes. */
  const slowPublishing = {
    settings: { samplesPerRun: 60, shardSize: 30 },
    life: { publishShare: 1 },
  }

  describe('Label Studio is down', () => {
    test('for a minute in the middle of publishing: then the rest is published', async () => {
      const server = await loop.serve({ defaults: slowPublishing })
      const project = await loop.connectedProject(server, 'Down')
      const done = server.said(ended(project, 'sixteen-v1'))
      const publishing = server.said(/progress: importing tasks/)
      await loop.paintSeeds(project)
      await publishing
      await loop.labelStudio.kill()
      // The outage itself is what is tested: a minute, as it happens when a server is updated.
      await setTimeout(60_000)
      await loop.labelStudio.restart()
      await done
      expect(server.lines.some((line) => line.includes('tried again'))).toBe(true)
      await expectPublishedOnce(project, 'sixteen-v1', 54)
      await server.stop()
    })
  })

  test('two projects at once do not mix', async () => {
    const server = await loop.serve()
    const projects = [await loop.connectedProject(server, 'One'), await loop.connectedProject(server, 'Two')]
    const done = projects.map((project) => server.said(ended(project, 'sixteen-v1')))
    await Promise.all(projects.map((project) => loop.paintSeeds(project)))
    await Promise.all(done)
    for (const project of projects) await expectPublishedOnce(project, 'sixteen-v1')
    await server.stop()
  })
})
