/** How certain a prediction is, in the form that annotation platforms sort by. */

/** A draft by another model says nothing of how certain it is, so it is sorted with the uncertain ones. */
export const draftScore = 0

/**
 * 1 where all classifiers agree, 0 where they disagree as much as they can: 1 − u / ln(min(members, parts)), since the
 * Jensen-Shannon divergence of m distributions over n parts lies between 0 and ln(min(m, n)).
 * @param uncertainty the image's score: nats, 0 or more
 * @param members classifiers in the ensemble, at least 1
 * @param parts length of the label list, at least 1
 * @returns 0..1; 1 where there is nothing to disagree about, 0 where the uncertainty is no number
 */
export function predictionScore(uncertainty: number, members: number, parts: number): number {
  if (Number.isNaN(uncertainty)) return 0
  const most = Math.log(Math.min(members, parts))
  if (!(most > 0)) return 1
  return Math.min(1, Math.max(0, 1 - uncertainty / most))
}
