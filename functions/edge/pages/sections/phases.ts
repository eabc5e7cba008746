import { html } from 'hono/html'
import { PhaseName, type Run, type RunState } from '../../../../schemas/run.ts'
import { formatSeconds } from '../../../factory/report/format.ts'
import { isActive } from '../../../factory/runRecord.ts'
import type { ProjectDetails } from '../reading/views.ts'

interface Phase {
  readonly word: string
  /** What it is for, to follow the word. */
  readonly purpose: string
}

const allPhases: Readonly<Record<PhaseName, Phase>> = {
  train: { word: 'Train', purpose: 'small classifiers learn the parts from the paintings' },
  distil: { word: 'Distil', purpose: 'one of them learns to say what all say, but faster' },
  generate: { word: 'Generate', purpose: 'new images are made, each with its labels' },
  curate: { word: 'Curate', purpose: 'the images that the ensemble is least sure of are dropped' },
  publish: { word: 'Publish', purpose: 'some of the others become tasks that come painted already' },
  segment: { word: 'Segment', purpose: 'a network learns from them to label real images' },
  evaluate: { word: 'Evaluate', purpose: 'each painting is left out once, to see how well it is found' },
  report: { word: 'Report', purpose: 'all of it on one page' },
}

const phaseOfState: Readonly<Partial<Record<RunState, PhaseName>>> = {
  training: 'train',
  distilling: 'distil',
  generating: 'generate',
  curating: 'curate',
  publishing: 'publish',
  segmenting: 'segment',
  evaluating: 'evaluate',
}

export interface PhaseOptions {
  /** Undefined before the first. */
  readonly run: Run | undefined
  /** Tells of each phase what it is for. */
  readonly withPurpose: boolean
}

/** The phases of a run: those that ran, in their order, then those to come. */
export function phases(view: ProjectDetails, { run, withPurpose }: PhaseOptions) {
  const begun = run?.phases.map(({ name }) => name) ?? []
  const toCome = run?.state === 'done' ? [] : expected(view).filter((name) => !begun.includes(name))
  return html`<ol class="phases${withPurpose && ' roomy'}">${[...begun, ...toCome].map((name) => item(name, run, withPurpose))}</ol>`
}

/** The phases that a run of the project has. */
function expected({ project, state }: ProjectDetails): readonly PhaseName[] {
  const distils = project === undefined || project.settings.labeler === 'student'
  const left: readonly PhaseName[] = [
    ...(distils ? [] : ['distil' as const]),
    ...(state === undefined ? ['publish' as const] : []),
    ...(project?.settings.segmenter === undefined ? ['segment' as const] : []),
  ]
  return PhaseName.options.filter((name) => !left.includes(name))
}

function item(name: PhaseName, run: Run | undefined, withPurpose: boolean) {
  const phase = run?.phases.find((one) => one.name === name)
  const { word, purpose } = allPhases[name]
  const [kind, mark, standing] = standingOf(name, run)
  return html`<li class="${kind}"${kind === 'current' && html` aria-current="step"`}><span class="phase-mark" aria-hidden="true">${mark}</span><span>${word}<span class="hidden-text">, ${standing}</span></span>${
    withPurpose && html`<span class="purpose">${purpose}</span>`
  }${phase && phase.seconds > 0 && html`<span class="small number">${formatSeconds(phase.seconds)}</span>`}</li>`
}

function standingOf(name: PhaseName, run: Run | undefined): readonly [kind: string, mark: string, standing: string] {
  if (run === undefined) return ['coming', '○', 'to come']
  if (run.error?.phase === name) return ['failed', '✕', 'failed']
  // A phase that is gone through again keeps its end, but the state names it.
  const open = run.phases.findLast(({ finishedAt }) => finishedAt === undefined)?.name ?? phaseOfState[run.state]
  if (name === open) return ['current', '●', isActive(run) ? 'under way' : 'interrupted']
  return run.phases.some((phase) => phase.name === name) ? ['finished', '✓', 'finished'] : ['coming', '○', 'to come']
}

export const phaseStyles = `
.phases { display: flex; flex-wrap: wrap; gap: 0.4rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: 0.875rem; line-height: 1.4; }
.phases li { display: flex; gap: 0.35rem; align-items: baseline; }
.phases .finished .phase-mark, .phases .current .phase-mark { color: var(--accent); }
.phases .current { font-weight: 650; }
.phases .failed, .phases .failed .phase-mark { color: var(--warn); font-weight: 650; }
.phases .coming { color: var(--muted); }
.phases .small { font-size: 0.8125rem; font-weight: 400; }
.phases.roomy { display: grid; gap: 0.5rem; font-size: 0.9375rem; }
.phases.roomy li { display: grid; grid-template-columns: 1rem 5rem minmax(0, 1fr) auto; gap: 0.6rem; }
.phases.roomy .purpose { color: var(--muted); font-weight: 400; }
.phases.roomy .coming { color: var(--ink); }
.phases.roomy .coming .phase-mark { color: var(--muted); }
@media (max-width: 480px) { .phases.roomy li { grid-template-columns: 1rem minmax(0, 1fr) auto; row-gap: 0.1rem; } .phases.roomy .purpose { grid-area: 2 / 2 / 3 / 4; } }
`
