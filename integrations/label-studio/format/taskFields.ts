/** Under this name a sample's id travels in the data of its task. */
export const sampleField = 'sample'

/** Under this name travels what the task was imported as: `seed` or `generated`. */
export const kindField = 'kind'
