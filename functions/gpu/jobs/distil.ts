import { ensure } from '../../../integrations/storage/index.ts'
import { createRandom } from '../random.ts'
import { encodeEnsemble } from '../interpreter/ensemble.ts'
import { defaultStudentFitOptions, fitStudent } from '../interpreter/fitStudent.ts'
import { largestDivergence, studentShape } from '../interpreter/student.ts'
import { collectLessons, defaultLessons } from '../interpreter/teacher.ts'
import { checkpointHook, dropCheckpoint, readCheckpoint } from './checkpoints.ts'
import { type JobContext, labelSize, readProject } from './context.ts'
import { writeFactory } from './factory.ts'
import { readProjectGenerator } from './generatorWeights.ts'
import { historyMetadata, readClassifier } from './trainingHistory.ts'

/** Latents of the lessons: far from the seeds that people paint and from those of datasets. */
const firstLessonSeed = 3_000_000_000

/** Distils the ensemble into a student; leaves `student.safetensors` and the factory graph. */
export async function distil(context: JobContext, now: () => number): Promise<void> {
  const { store, run, engine, onProgress, signal } = context
  if ((await store.head(run.student)) !== undefined) return
  const project = await readProject(context)
  if (project.settings.labeler !== 'student') return
  const weights = await readProjectGenerator(store, project.generator)
  const { classifier: ensemble } = await readClassifier(store, run.interpreter)
  const { members, parts } = ensemble.shape
  const interruptible = signal === undefined ? {} : { signal }
  const lessons = await collectLessons(
    engine,
    weights,
    ensemble,
    {
      ...defaultLessons,
      seeds: Array.from({ length: defaultLessons.images }, (_, index) => firstLessonSeed + index),
      truncation: project.settings.truncation,
      size: labelSize(project),
      onProgress: (done, total) =>
        onProgress?.({ phase: 'distil', task: 'asking the ensemble', done, total, unit: 'images' }),
      ...interruptible,
    },
    createRandom(defaultStudentFitOptions.seed, 'student.lessons'),
  )
  const { student, history } = await fitStudent(
    engine,
    studentShape(ensemble.shape),
    lessons,
    { ...defaultStudentFitOptions, largestDivergence: largestDivergence(members, parts) },
    {
      onProgress: ({ step, heldOutLoss }, total) =>
        onProgress?.({ phase: 'distil', task: 'training the student', done: step, total, unit: 'steps', loss: heldOutLoss }),
      onCheckpoint: checkpointHook(context, 'distil', now),
      ...interruptible,
    },
    await readCheckpoint(context, 'distil'),
  )
  await writeFactory(context, project, weights, ensemble, student)
  await ensure(store, run.student, encodeEnsemble(student, historyMetadata(history)))
  await dropCheckpoint(context, 'distil')
}
