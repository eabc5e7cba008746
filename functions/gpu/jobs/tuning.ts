import { defaultFitOptions, type EnsembleFitOptions } from '../interpreter/fitEnsemble.ts'
import { defaultStudentFitOptions, type StudentFitOptions } from '../interpreter/fitStudent.ts'
import { defaultLessons } from '../interpreter/teacher.ts'

/**
 * How trainings are done. The defaults are measured; tests and measurements change them. A run keeps to one tuning: an
 * interrupted training that goes on with another one ends with other weights.
 */
export interface JobTuning {
  readonly interpreter: EnsembleFitOptions
  readonly student: Omit<StudentFitOptions, 'largestDivergence'>
  /** What the student asks the ensemble. */
  readonly lessons: { readonly images: number; readonly candidatesPerImage: number; readonly pixelsPerImage: number }
  /** Training pixels of an image, on average; small parts get more than their share. */
  readonly pixelsPerImage: number
  /** Milliseconds between two checkpoints at least: a large state takes a while to write. */
  readonly checkpointInterval: number
}

export const defaultTuning: JobTuning = {
  interpreter: defaultFitOptions,
  student: defaultStudentFitOptions,
  lessons: defaultLessons,
  pixelsPerImage: 4000,
  checkpointInterval: 5_000,
}
