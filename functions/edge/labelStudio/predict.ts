import { setImmediate } from 'node:timers/promises'
import {
  choosePaintingControl,
  encodeResult,
  isEmptyPrediction,
  type LabelConfig,
  LabelConfigError,
  parseLabelConfig,
  sampleField,
} from '../../../integrations/label-studio/format/index.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import type { PredictRequest, PredictTask } from '../../../schemas/labelStudio/backend.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import { Project } from '../../../schemas/project.ts'
import { QueueRefusedError } from '../errors.ts'
import { inEvents, sendEvent } from '../events.ts'
import type { Edge } from '../options.ts'
import { openStoredPredictions, type PredictionOf } from './storedPredictions.ts'

/** Tasks worked on at once: reading of one goes on while another is encoded. */
const atOnce = 4

/** An item that makes a server store nothing, and ask again when the task is opened. */
const nothing = '[]'

/** A task that may show a sample of ours, and where its answer goes. */
interface Asked {
  readonly index: number
  readonly task: string
  readonly sample: string
}

/** What the tasks of one request have in common. */
interface Asking {
  readonly version: ModelVersion
  readonly config: LabelConfig
  /** What parts can be called in it. */
  readonly labels: ReadonlySet<string>
  /** Old name of a label → new name. */
  readonly aliases: Readonly<Record<string, string>>
  readonly predictionOf: PredictionOf
}

/**
 * Answers `/predict` from predictions that were made before: one item per task, in their order. What is too large for one
 * answer, or was not reached in time, is left empty and asked to be pushed instead.
 * @returns a function of the request, which gives the answer as JSON, and throws InvalidRecordError and StorageError
 */
export function openPredictions(edge: Edge): (request: PredictRequest) => Promise<string> {
  const openVersion = openStoredPredictions(edge.store)

  const prepare = async ({ project: id, label_config: xml }: PredictRequest): Promise<Asking | undefined> => {
    const config = readConfig(edge, id, xml)
    const record = await getJson(edge.store, projectKeys('label-studio', id).project, Project)
    if (config === undefined || record === undefined) return undefined
    const version = await edge.served.of('label-studio', id)
    const predictionOf = await openVersion(record.value, version)
    const labels = new Set(choosePaintingControl(config)?.labels.map(({ name }) => name))
    return { version, config, labels, aliases: record.value.life.labelAliases, predictionOf }
  }

  return async (request) => {
    const { project, tasks, params } = request
    // Hints are for tools that answer at once; nothing here does yet. Such an answer is shown, never stored.
    if (params?.context != null) return answer(tasks.map(() => '{"result":[],"score":0}'))
    const items = tasks.map(() => nothing)
    const asked = tasks.flatMap(samplesOf)
    const asking = asked.length === 0 ? undefined : await prepare(request)
    if (asking === undefined) return answer(items)

    const deadline = edge.now().getTime() + edge.limits.predictSeconds * 1000
    const left: string[] = []
    let bytes = Buffer.byteLength(answer(items))
    const line = asked.values()
    const work = async (): Promise<void> => {
      for (const { index, task, sample } of line) {
        const item = edge.now().getTime() < deadline ? await predict(edge, asking, sample) : undefined
        if (item === nothing) continue
        const length = Buffer.byteLength(item ?? '')
        if (item !== undefined && bytes + length <= edge.limits.answerBytes) {
          bytes += length
          items[index] = item
        } else left.push(task)
        // Encoding keeps the thread busy: let others be answered in between.
        await setImmediate()
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    await askToPush(edge, project, left)
    return answer(items)
  }
}

const answer = (items: readonly string[]): string => `{"results":[${items.join(',')}]}`

function samplesOf({ id, data }: PredictTask, index: number): readonly Asked[] {
  const sample = data[sampleField]
  return typeof sample === 'string' && sample !== '' ? [{ index, task: id, sample }] : []
}

/** @returns undefined where nothing can be painted in it */
function readConfig(edge: Edge, project: string, xml: string | null | undefined): LabelConfig | undefined {
  try {
    const config = xml == null ? undefined : parseLabelConfig(xml)
    return config !== undefined && choosePaintingControl(config) !== undefined ? config : undefined
  } catch (error) {
    if (!(error instanceof LabelConfigError)) throw error
    edge.log?.warn(
      { project: `label-studio-${project}`, reason: error.message },
      'the label configuration is unreadable',
    )
    return undefined
  }
}

/** One item as JSON. One unreadable mask must not hide the others: it is logged, and counts as none. */
async function predict(edge: Edge, asking: Asking, sample: string): Promise<string> {
  try {
    const stored = await asking.predictionOf(sample)
    if (stored === undefined) return nothing
    const { width, height } = stored.labelMap
    const parts = stored.parts.map((name) => (asking.labels.has(name) ? name : (asking.aliases[name] ?? name)))
    const result = encodeResult(stored, asking.config, { parts, width, height })
    // A server would store an empty prediction, and never ask again.
    if (isEmptyPrediction(result)) return nothing
    return JSON.stringify({ result, score: stored.score, model_version: asking.version })
  } catch (error) {
    edge.log?.error({ err: error, sample, version: asking.version }, 'a stored prediction cannot be used')
    return nothing
  }
}

async function askToPush(edge: Edge, project: string, tasks: readonly string[]): Promise<void> {
  try {
    for (const some of inEvents(tasks))
      await sendEvent(edge, { platform: 'label-studio', id: project }, { kind: 'push', tasks: [...some] })
  } catch (error) {
    // The log has it; what fitted is worth answering, and a task without a prediction is asked for again.
    if (!(error instanceof QueueRefusedError)) throw error
  }
}
