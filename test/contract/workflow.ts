import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Work, Workflow } from '../../integrations/workflow/index.ts'

/** A workflow in which nothing is under way, and what tests see and do of the work behind it. */
export interface WorkflowUnderTest {
  readonly workflow: Workflow
  /** What has been begun so far, once for each time. */
  begun(): Promise<readonly Work[]>
  /** Ends work that has been begun. */
  end(work: Work, how: 'done' | 'failed'): Promise<void>
  close(): Promise<void>
}

export interface WorkflowContract {
  readonly name: string
  /** Opens a workflow that can do these pieces of work, a new one each time. */
  open(works: readonly Work[]): Promise<WorkflowUnderTest>
}

const run = (project: string, version: string): Work => ({ platform: 'label-studio', project, kind: 'run', version })
const seeds = (project: string): Work => ({ platform: 'label-studio', project, kind: 'seeds' })

const one = run('1', 'sixteen-v1')
/** Pieces of work that are all different, though some of their names hardly are. */
const others: readonly Work[] = [
  run('1', 'sixteen-v2'),
  run('1', 'sixteen-v11'),
  seeds('1'),
  seeds('2'),
  run('1-sixteen-v1', 'sixteen-v1'),
  { ...one, platform: 'local' },
  run('a.b', 'sixteen-v1'),
  run('a_b', 'sixteen-v1'),
  run('a-b', 'sixteen-v1'),
  run(`${'x'.repeat(63)}y`, 'sixteen-v999999999'),
  run(`${'x'.repeat(63)}z`, 'sixteen-v999999999'),
  seeds(`${'x'.repeat(63)}z`),
]

/** What every driver of `Workflow` must do. */
export function describeWorkflow({ name, open }: WorkflowContract): void {
  describe(`the ${name} workflow`, () => {
    let at: WorkflowUnderTest
    let workflow: Workflow
    beforeEach(async () => {
      at = await open([one, ...others])
      workflow = at.workflow
    })
    afterEach(() => at?.close())

    const hasBegun = (...works: readonly Work[]) => expect.poll(() => at.begun()).toEqual(works)
    const isOver = (work: Work) => expect.poll(() => workflow.isActive(work)).toBe(false)
    const finish = async (work: Work, how: 'done' | 'failed' = 'done'): Promise<void> => {
      await at.end(work, how)
      await isOver(work)
    }

    describe('work', () => {
      test('is begun as it was ordered, and is active until it ends', async () => {
        expect(await workflow.isActive(one)).toBe(false)
        expect(await workflow.start(one)).toBe(true)
        expect(await workflow.isActive(one)).toBe(true)
        await hasBegun(one)
        await finish(one)
      })

      test('under way is not started again', async () => {
        await workflow.start(one)
        expect(await workflow.start(one)).toBe(false)
        await hasBegun(one)
        expect(await workflow.start({ ...one })).toBe(false)
        await finish(one)
        expect(await at.begun()).toEqual([one])
      })

      test('that twenty start at once is begun once', async () => {
        const started = await Promise.all(Array.from({ length: 20 }, () => workflow.start(one)))
        expect(started).toContain(true)
        await hasBegun(one)
        await finish(one)
        expect(await at.begun()).toEqual([one])
      })

      test('of other versions, projects, platforms and kinds is other work', async () => {
        await workflow.start(one)
        for (const other of others) {
          expect(await workflow.isActive(other), JSON.stringify(other)).toBe(false)
          expect(await workflow.start(other), JSON.stringify(other)).toBe(true)
        }
        for (const other of [one, ...others]) expect(await workflow.start(other), JSON.stringify(other)).toBe(false)
        for (const [index, other] of [one, ...others].entries()) {
          await expect.poll(() => at.begun()).toContainEqual(other)
          await finish(other)
          for (const next of others.slice(index)) expect(await workflow.isActive(next)).toBe(true)
        }
        expect(await at.begun()).toHaveLength(1 + others.length)
      })

      test.each(['done', 'failed'] as const)('that is %s can be started again, as often as wanted', async (how) => {
        const times = [1, 2, 3, 4]
        for (const time of times) {
          expect(await workflow.start(one)).toBe(true)
          await hasBegun(...times.slice(0, time).map(() => one))
          expect(await workflow.start(one)).toBe(false)
          await finish(one, how)
        }
      })
    })

    describe('stopping', () => {
      test('ends what is under way, which can be started again', async () => {
        await workflow.start(one)
        await hasBegun(one)
        expect(await workflow.stop(one)).toBe(true)
        await isOver(one)
        expect(await workflow.stop(one)).toBe(false)
        expect(await workflow.start(one)).toBe(true)
        await hasBegun(one, one)
        expect(await workflow.isActive(one)).toBe(true)
      })

      test('leaves other work alone', async () => {
        for (const work of [seeds('1'), one]) await workflow.start(work)
        expect(await workflow.stop(one)).toBe(true)
        await isOver(one)
        expect(await workflow.isActive(seeds('1'))).toBe(true)
      })

      test('finds nothing where nothing is', async () => {
        expect(await workflow.stop(one)).toBe(false)
        await workflow.start(run('1', 'sixteen-v11'))
        expect(await workflow.stop(one)).toBe(false)
      })
    })
  })
}
