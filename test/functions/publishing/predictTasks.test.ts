import { describe, expect, test } from 'vitest'
import { predictTasks } from '../../../functions/publishing/predictTasks.ts'
import { PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { form, prediction, project, publishingWorld } from './publishingPlace.ts'

/** A world with tasks, and a prediction for each that is to be added. */
function worldOfTasks(count: number) {
  const world = publishingWorld()
  const tasks = Array.from({ length: count }, (_, seed) =>
    world.platform.addTask(project, { sample: `avatars-s${seed}-t1`, kind: 'generated' }),
  )
  const loaded: string[] = []
  const wanted = tasks.map((task) => ({
    task,
    load: async () => {
      loaded.push(task)
      return prediction()
    },
  }))
  const predicted = () => world.platform.predictions(project).map(({ task }) => task)
  return { ...world, tasks, wanted, loaded, predicted }
}

type Add = ReturnType<typeof publishingWorld>['platform']['addPredictions']

/** Predictions that are added one by one, of which some way through something goes wrong. */
function platformThatFails({ platform }: ReturnType<typeof worldOfTasks>, after: number, error: Error) {
  const state = { added: 0, failed: false }
  const addPredictions: Add = async (of, how, predictions) => {
    for (const each of predictions) {
      if (state.added === after && !state.failed) {
        state.failed = true
        throw error
      }
      await platform.addPredictions(of, how, [each])
      state.added += 1
    }
  }
  return { ...platform, addPredictions }
}

describe('tasks that are to carry a prediction', () => {
  test('get one each', async () => {
    const world = worldOfTasks(45)
    const counts: number[] = []
    const adding = predictTasks(world.place(), form, 'sixteen-v1', world.wanted, (count) => counts.push(count))
    await world.time.until(adding)
    expect(world.predicted()).toEqual(world.tasks)
    expect(counts).toEqual([0, 20, 40, 45])
  })

  test('get no second one of the same version, but one of another', async () => {
    const world = worldOfTasks(3)
    const [first = ''] = world.tasks
    await world.platform.addPredictions(project, form, [{ task: first, prediction: prediction('sixteen-v1') }])
    await predictTasks(world.place(), form, 'sixteen-v1', world.wanted)
    await predictTasks(world.place(), form, 'sixteen-v1', world.wanted)
    expect(world.predicted()).toEqual(world.tasks)
    expect(world.loaded).not.toContain(first)
    const other = world.wanted.map(({ task }) => ({ task, load: async () => prediction('sixteen-v2') }))
    await predictTasks(world.place(), form, 'sixteen-v2', other)
    expect(world.predicted()).toHaveLength(6)
  })

  test('are left out where there is no prediction after all', async () => {
    const world = worldOfTasks(2)
    const [first, second] = world.wanted
    const nothing = { task: second?.task ?? '', load: async () => undefined }
    await predictTasks(world.place(), form, 'sixteen-v1', [...(first ? [first] : []), nothing])
    expect(world.predicted()).toEqual([first?.task])
  })

  test('are nothing to ask the platform about where there are none', async () => {
    const world = worldOfTasks(0)
    world.platform.setUnavailable(true)
    await predictTasks(world.place(), form, 'sixteen-v1', [])
  })
})

describe('while predictions are added', () => {
  test('a platform out of reach is waited for, and what it had taken is not sent again', async () => {
    const world = worldOfTasks(8)
    const platform = platformThatFails(world, 3, new PlatformUnavailableError('it does not answer'))
    await world.time.until(predictTasks(world.place({ platform }), form, 'sixteen-v1', world.wanted))
    expect(world.predicted()).toEqual(world.tasks)
    expect(world.troubles).toEqual(['it does not answer'])
  })

  test('a task that a person deletes is left out, and the others go on', async () => {
    const world = worldOfTasks(5)
    const [, , third = ''] = world.tasks
    const wanted = world.wanted.map(({ task, load }) => ({
      task,
      load: async () => {
        world.platform.removeTask(project, third)
        return load()
      },
    }))
    await world.time.until(predictTasks(world.place(), form, 'sixteen-v1', wanted))
    expect(world.predicted().toSorted()).toEqual(world.tasks.filter((task) => task !== third).toSorted())
  })

  test('a refusal is an error at once', async () => {
    const world = worldOfTasks(5)
    const platform = platformThatFails(world, 2, new PlatformError('The label Hair is not in the configuration.'))
    const adding = predictTasks(world.place({ platform }), form, 'sixteen-v1', world.wanted)
    await expect(adding).rejects.toThrow('not in the configuration')
  })

  test('it stops between two batches when it is told to; done again, only the rest is added', async () => {
    const world = worldOfTasks(50)
    const controller = new AbortController()
    const reason = new Error('the process is shut down')
    const stopping = predictTasks(
      world.place({ signal: controller.signal }),
      form,
      'sixteen-v1',
      world.wanted,
      (count) => count === 20 && controller.abort(reason),
    )
    await expect(stopping).rejects.toBe(reason)
    expect(world.predicted()).toHaveLength(20)
    await predictTasks(world.place(), form, 'sixteen-v1', world.wanted)
    expect(world.predicted()).toEqual(world.tasks)
  })
})
