import { ensure } from '../../../integrations/storage/index.ts'
import { encodeEnsemble } from '../interpreter/ensemble.ts'
import { fitStudent } from '../interpreter/fitStudent.ts'
import { largestDivergence, studentShape } from '../interpreter/student.ts'
import { collectLessons } from '../interpreter/teacher.ts'
import { createRandom } from '../random.ts'
import { checkpointHook, dropCheckpoint, readCheckpoint } from './checkpoints.ts'
import { type JobContext, labelSize, readProject, tuningOf } from './context.ts'
import { writeFactory } from './factory.ts'
import { readProjectGenerator } from './generatorWeights.ts'
import { historyMetadata, readClassifier } from './trainingHistory.ts'

/** Latents of the lessons: far from the seeds that people paint and from those of datasets. */
const firstLessonSeed = 3_000_000_000

/**
 * Distils the ensemble into a student; leaves `student.safetensors` and the factory graph.
 * @param now milliseconds
 * @returns whether there was anything to do
 */
export async function distil(context: JobContext, now: () => number): Promise<boolean> {
  const { store, run, engine, onProgress, signal } = context
  const project = await readProject(context)
  if (project.settings.labeler !== 'student') return false
  const distilled = (await store.head(run.student)) !== undefined
  if (distilled && (await store.head(run.factory)) !== undefined) return false
  const weights = await readProjectGenerator(store, project.generator)
  const { classifier: ensemble } = await readClassifier(store, run.interpreter)
  if (distilled) {
    await writeFactory(context, project, weights, ensemble, (await readClassifier(store, run.student)).classifier)
    return true
  }
  const { lessons: lesson, student: fitOptions } = tuningOf(context)
  const { members, parts } = ensemble.shape
  const interruptible = signal === undefined ? {} : { signal }
  const lessons = await collectLessons(
    engine,
    weights,
    ensemble,
    {
      ...lesson,
      seeds: Array.from({ length: lesson.images }, (_, index) => firstLessonSeed + index),
      truncation: project.settings.truncation,
      size: labelSize(project),
      onProgress: (done, total) =>
        onProgress?.({ phase: 'distil', task: 'asking the ensemble', done, total, unit: 'images' }),
      ...interruptible,
    },
    createRandom(fitOptions.seed, 'student.lessons'),
  )
  const { student, history } = await fitStudent(
    engine,
    studentShape(ensemble.shape),
    lessons,
    { ...fitOptions, largestDivergence: largestDivergence(members, parts) },
    {
      onProgress: ({ step, heldOutLoss }, total) =>
        onProgress?.({
          phase: 'distil',
          task: 'training the student',
          done: step,
          total,
          unit: 'steps',
          loss: heldOutLoss,
        }),
      onCheckpoint: checkpointHook(context, 'distil', now),
      ...interruptible,
    },
    await readCheckpoint(context, 'distil'),
  )
  // First the weights, which the graph can always be built from again.
  await ensure(store, run.student, encodeEnsemble(student, historyMetadata(history)))
  await writeFactory(context, project, weights, ensemble, student)
  await dropCheckpoint(context, 'distil')
  return true
}
