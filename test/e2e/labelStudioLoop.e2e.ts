import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, type Loop, openLoop, samplesOf } from './support/loop.ts'
import { sixteen } from './support/sixteen.ts'
import type { SixteenServer } from './support/sixteenServer.ts'

describe.each([
  { validation: 'on', validatePredictions: true },
  { validation: 'off', validatePredictions: false },
])('with validation of predictions $validation', ({ validatePredictions }) => {
  let loop: Loop
  let server: SixteenServer
  beforeAll(async () => {
    loop = await openLoop('label-studio-loop', { validatePredictions })
    server = await loop.serve()
  })
  afterAll(() => loop?.close())

  test('connect, paint, and labelled images appear; correct, and the next version labels everything', async () => {
    const { annotator } = loop
    const project = await loop.connectedProject(server, 'Faces')
    expect(samplesOf(await annotator.seeds(project))).toEqual([100, 101, 102].map((seed) => `avatars-s${seed}-t1`))

    const first = server.said(ended(project, 'sixteen-v1'))
    await loop.paintSeeds(project)
    await first
    const generated = await annotator.generated(project)
    // Nine of ten are kept, six tenths of them are five.
    expect(generated).toHaveLength(5)
    expect(new Set(samplesOf(generated)).size).toBe(5)
    for (const { predictions } of await annotator.tasks(project)) {
      expect(predictions.map(({ model_version }) => model_version)).toEqual(['sixteen-v1'])
      expect(predictions.every(({ score }) => score !== null && score >= 0 && score <= 1)).toBe(true)
    }
    expect(await annotator.project(project)).toMatchObject({ model_version: 'sixteen-v1' })

    const [corrected] = generated
    const second = server.said(ended(project, 'sixteen-v2'))
    // Nothing is changed: a submitted published task is a seed of the next version all the same.
    if (corrected !== undefined) await annotator.submitPrediction(corrected)
    await second
    for (const { predictions } of await annotator.tasks(project))
      expect(predictions.map(({ model_version }) => model_version).toSorted()).toContain('sixteen-v2')
    const tasks = samplesOf(await annotator.tasks(project))
    expect(new Set(tasks).size).toBe(tasks.length)
    expect(await annotator.project(project)).toMatchObject({ model_version: 'sixteen-v2' })

    const forget = (version: string) =>
      sixteen(['forget', version, '--url', loop.labelStudio.address, '--project', project, '--json'], {
        env: { LABEL_STUDIO_TOKEN: loop.labelStudio.token },
      })
    expect(await forget('sixteen-v2')).toMatchObject({ code: 2, stdout: '' })
    const forgotten = await forget('sixteen-v1')
    // Those of three seeds and five published images.
    expect(JSON.parse(forgotten.stdout)).toEqual({ project, version: 'sixteen-v1', removed: 8 })
    const versions = (await annotator.tasks(project)).flatMap(({ predictions }) =>
      predictions.map(({ model_version }) => model_version),
    )
    expect(new Set(versions)).toEqual(new Set(['sixteen-v2']))
    expect(await annotator.project(project)).toMatchObject({ model_version: 'sixteen-v2' })
  })
})
