export { DraftError, type DraftReason } from './errors.ts'
export { type Drafter, type DrafterOptions, type DraftForm, openDrafter } from './segment.ts'
