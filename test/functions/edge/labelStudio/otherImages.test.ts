import { beforeEach, describe, expect, test } from 'vitest'
import type { Labeler, LabelRequest, TaskAnswer } from '../../../../functions/edge/labeler.ts'
import { decodeBrush } from '../../../../integrations/label-studio/format/index.ts'
import { encodeJson, type Store, updateJson } from '../../../../integrations/storage/index.ts'
import { Project } from '../../../../schemas/project.ts'
import { SegmenterRecord } from '../../../../schemas/segmenter.ts'
import { openEdge } from '../edgeUnderTest.ts'
import { recorded } from '../recorded.ts'
import { asking, keys, project, Results, run, storeOfPredictions } from './storeOfPredictions.ts'

let store: Store
beforeEach(async () => {
  store = await storeOfPredictions()
  await addSegmenter(store)
})

async function addSegmenter(to: Store): Promise<void> {
  const record = SegmenterRecord.parse({
    schemaVersion: 1,
    run: 'sixteen-v1',
    options: {
      ...{ backbone: 'small', outputStride: 8, width: 128, height: 128, steps: 1, batch: 1, optimizer: 'adam' },
      ...{ learningRate: 0.001, momentum: 0.9, weightDecay: 0, balanceParts: true, augment: true, interval: 1 },
      ...{ patience: 1, heldOutShare: 0.1, seed: 0 },
    },
    inputs: 'c'.repeat(64),
    parts: project.labelList.parts,
    images: { training: 1, heldOut: 1 },
    pretrained: null,
    history: [],
    heldOut: { loss: 0, miou: 0, parts: [] },
  })
  await to.create(run.segmenterRecord, encodeJson(run.segmenterRecord, SegmenterRecord, record))
}

/** Hair above, nothing below. */
const labelled = (task: string): TaskAnswer => ({
  task,
  labelMap: { width: 3, height: 2, data: Uint8Array.of(1, 1, 1, 0, 0, 0) },
  score: 0.8,
  parts: ['background', 'Hair', 'Eye'],
})

function labelerOf(answers: readonly TaskAnswer[], then: () => void = () => undefined) {
  const asked: Omit<LabelRequest, 'signal'>[] = []
  const labeler: Labeler = {
    async *label({ signal: _, ...request }) {
      asked.push(request)
      yield* answers
      then()
    },
  }
  return { labeler, asked }
}

describe('tasks with other images than ours', () => {
  test('are labelled at once, in the order of the tasks, with the version shown', async () => {
    const { labeler, asked } = labelerOf([labelled('3'), labelled('1')])
    const { ask, queue } = openEdge({ store, labeler })
    const { results } = Results.parse((await ask('POST', '/predict', asking(undefined, 'kept', undefined))).json)
    expect(results).toEqual([
      expect.objectContaining({ score: 0.8, model_version: 'sixteen-v1' }),
      expect.objectContaining({ score: 0.75 }),
      expect.objectContaining({ score: 0.8, model_version: 'sixteen-v1' }),
    ])
    const [first] = results
    if (first === undefined || !('result' in first)) throw new Error('there is no prediction')
    const [region] = first.result
    expect(region?.value.brushlabels).toEqual(['Hair'])
    expect([...decodeBrush(region?.value.rle ?? [], 3, 2)].map((on) => (on ? 1 : 0))).toEqual([1, 1, 1, 0, 0, 0])
    expect(asked).toEqual([{ platform: 'label-studio', project: '8', version: 'sixteen-v1', tasks: ['1', '3'] }])
    expect(queue.messages).toEqual([])
  })

  test('are asked for where they were not labelled in time, and not where they never can be', async () => {
    const never: TaskAnswer = { task: '1', reason: 'It is no image.', mayPass: false }
    const later: TaskAnswer = { task: '2', reason: 'Nobody answers.', mayPass: true }
    const { labeler } = labelerOf([never, later, labelled('4')])
    const { ask, queue, lines } = openEdge({ store, labeler })
    const body = asking(undefined, undefined, undefined, undefined)
    const { results } = Results.parse((await ask('POST', '/predict', body)).json)
    expect(results).toEqual([[], [], [], expect.objectContaining({ score: 0.8 })])
    expect(queue.events()).toMatchObject([{ kind: 'predict', project: '8', tasks: ['2', '3'] }])
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ reason: 'It is no image.' }) }),
    )
  })

  test('are asked for where nobody here can label, and where labelling fails', async () => {
    const failing = labelerOf([labelled('1')], () => {
      throw new Error('the GPU is gone')
    })
    const alone = openEdge({ store })
    expect((await alone.ask('POST', '/predict', asking(undefined, undefined))).json).toEqual({ results: [[], []] })
    expect(alone.queue.events()).toMatchObject([{ kind: 'predict', tasks: ['1', '2'] }])
    const { ask, queue, lines } = openEdge({ store, labeler: failing.labeler })
    const { results } = Results.parse((await ask('POST', '/predict', asking(undefined, undefined))).json)
    expect(results).toEqual([expect.objectContaining({ score: 0.8 }), []])
    expect(queue.events()).toMatchObject([{ kind: 'predict', tasks: ['2'] }])
    expect(lines).toContainEqual(expect.objectContaining({ message: 'images could not be labelled' }))
  })

  test('are asked for where the answer would become too large', async () => {
    const { labeler } = labelerOf([labelled('1'), labelled('2')])
    const { ask, queue } = openEdge({ store, labeler, limits: { answerBytes: 450 } })
    const { results } = Results.parse((await ask('POST', '/predict', asking(undefined, undefined))).json)
    expect(results).toEqual([expect.objectContaining({ score: 0.8 }), []])
    expect(queue.events()).toMatchObject([{ kind: 'predict', tasks: ['2'] }])
  })

  test('are left alone where the version shown has no segmenter, or there is none yet', async () => {
    for (const version of ['sixteen-v0', 'sixteen-v1'] as const) {
      const { labeler, asked } = labelerOf([labelled('1')])
      const { ask, queue } = openEdge({ store: await storeOfPredictions(version), labeler })
      expect((await ask('POST', '/predict', asking(undefined))).json).toEqual({ results: [[]] })
      expect(asked).toEqual([])
      expect(queue.messages).toEqual([])
    }
  })
})

test('tasks wait for a segmenter that is wished for, and not there yet', async () => {
  for (const version of ['sixteen-v0', 'sixteen-v1'] as const) {
    const wishing = await storeOfPredictions(version)
    await updateJson(wishing, keys.project, Project, (one) => ({
      ...one,
      settings: { ...one.settings, segmenter: {} },
    }))
    const { ask, queue } = openEdge({ store: wishing })
    expect((await ask('POST', '/predict', asking(undefined))).json).toEqual({ results: [[]] })
    expect(queue.events()).toMatchObject([{ kind: 'predict', tasks: ['1'] }])
  }
})

describe('a hint', () => {
  const drawn = recorded('predict_interactive').body
  const context = {
    result: [
      {
        ...{ id: 'a1', from_name: 'part', to_name: 'image', type: 'keypointlabels', is_positive: true },
        ...{ original_width: 3, original_height: 2, image_rotation: 0 },
        value: { x: 50, y: 10, width: 1, keypointlabels: ['Eye'] },
      },
    ],
  }
  const hinted = (sample: string | undefined) => ({ ...asking(sample), params: { context } })

  test('on an image of somebody else turns the part under it into the one that it was drawn with', async () => {
    const { labeler, asked } = labelerOf([labelled('1')])
    const { ask, queue } = openEdge({ store, labeler })
    const { results } = Results.parse((await ask('POST', '/predict', hinted(undefined))).json)
    const [item] = results
    if (item === undefined || !('result' in item)) throw new Error('there is no answer')
    expect(item.result.map(({ value }) => value.brushlabels)).toEqual([['Eye']])
    expect([...decodeBrush(item.result[0]?.value.rle ?? [], 3, 2)].map((on) => (on ? 1 : 0))).toEqual([
      1, 1, 1, 0, 0, 0,
    ])
    expect(asked).toHaveLength(1)
    expect(queue.messages).toEqual([])
  })

  test('drawn on an image of another size means nothing', async () => {
    const { ask, lines } = openEdge({ store })
    expect((await ask('POST', '/predict', hinted('kept'))).json).toEqual({ results: [{ result: [], score: 0 }] })
    expect(lines).toContainEqual(expect.objectContaining({ message: 'a hint was drawn on an image of another size' }))
  })

  test('means nothing where nobody can label the image', async () => {
    const { ask } = openEdge({ store })
    expect((await ask('POST', '/predict', hinted(undefined))).json).toEqual({ results: [{ result: [], score: 0 }] })
    expect((await ask('POST', '/predict', drawn)).status).toBe(200)
  })
})
