/**
 * Quality on the embedded generator: the interpreter trained on the 16 shipped annotations, held against a simulated
 * annotator on 100 samples that nobody painted (seeds 1000-1099). `npm run bench:quality [runs]`
 */
import { readFile } from 'node:fs/promises'
import { importSeeds, projectId } from '../cli/projectFolder.ts'
import {
  addLabelMaps,
  type ConfusionMatrix,
  confusionMatrix,
  intersectionOverUnion,
  meanIou,
  spearmanCorrelation,
} from '../functions/factory/metrics.ts'
import { decodeEnsemble } from '../functions/gpu/interpreter/ensemble.ts'
import { buildFactory } from '../functions/gpu/jobs/factory.ts'
import { type Generated, runFactory } from '../functions/gpu/jobs/generate.ts'
import { readEmbeddedGenerator } from '../functions/gpu/jobs/generatorWeights.ts'
import { type Engine, openEngine, type Session } from '../functions/gpu/onnx/engine.ts'
import { uint8Data } from '../functions/gpu/onnx/hostTensor.ts'
import { openMemoryStore, runLocally } from '../functions/local.ts'
import { packageFile } from '../integrations/packageFiles.ts'
import { getJson } from '../integrations/storage/index.ts'
import { projectKeys } from '../integrations/storage/keys.ts'
import { Project } from '../schemas/project.ts'
import { describeMachine } from './support/machine.ts'

/** mIoU of an independent PyTorch implementation of the method on the same data. */
const referenceMeanIou = 0.72

const seeds = Array.from({ length: 100 }, (_, index) => 1000 + index)

console.log(describeMachine())
const engine = openEngine({ device: 'cpu' })
const annotator = await engine.load(await readFile('test/fixtures/avatars/annotator.onnx'))
const store = openMemoryStore()
const keys = projectKeys('local', projectId)
await importSeeds(
  { folder: 'memory', store, keys },
  { seedsFolder: packageFile('models/avatars/seeds'), read: {}, settings: {} },
)
const { version } = await runLocally({
  store,
  platform: 'local',
  project: projectId,
  device: 'cpu',
  phases: ['train', 'distil'],
})
const project = (await getJson(store, keys.project, Project))?.value
const [interpreter, student] = await Promise.all([
  store.get(keys.run(version).interpreter),
  store.get(keys.run(version).student),
])
if (project === undefined || interpreter === undefined || student === undefined)
  throw new Error('the training left nothing')
const weights = await readEmbeddedGenerator()
const ensemble = decodeEnsemble(interpreter.bytes)
const exact = await label(engine, buildFactory(project, weights, ensemble, version), project)
const distilled = await label(
  engine,
  buildFactory(project, weights, ensemble, version, decodeEnsemble(student.bytes)),
  project,
)
const truth = await annotate(annotator, exact, weights.resolution)
console.log('mIoU over 11 classes against the annotator, 100 samples (absent classes left out), and IoU of each class')
print('ensemble', compare(exact, truth))
print('student', compare(distilled, truth))
print(
  'student against ensemble',
  compare(
    distilled,
    exact.map(({ labelMap }) => labelMap.data),
  ),
)
const correlation = spearmanCorrelation(
  exact.map(({ score }) => score),
  distilled.map(({ score }) => score),
)
console.log(`Spearman correlation of image scores, student against ensemble: ${correlation.toFixed(3)}`)
console.log(`PyTorch reference, ensemble: ${referenceMeanIou.toFixed(3)}`)
await engine.close()

async function label(engine: Engine, model: Uint8Array, project: Project): Promise<readonly Generated[]> {
  const session = await engine.load(model)
  const generated: Generated[] = []
  for (const seed of seeds) generated.push(...(await runFactory(session, project, [seed])))
  await session.release()
  return generated
}

/** The annotator's label maps: it takes images as [batch, 3, height, width]. */
async function annotate(session: Session, samples: readonly Generated[], side: number): Promise<readonly Uint8Array[]> {
  const maps: Uint8Array[] = []
  for (const { image } of samples) {
    const area = side * side
    const planar = Uint8Array.from(image, (_, place) => image[(place % area) * 3 + Math.floor(place / area)] ?? 0)
    const { results } = await session.run({ image: { dtype: 'uint8', shape: [1, 3, side, side], data: planar } })
    maps.push(uint8Data(Object.values(results)[0], 'labels'))
  }
  return maps
}

function compare(samples: readonly Generated[], truth: readonly Uint8Array[]): ConfusionMatrix {
  const confusion = confusionMatrix(11)
  for (const [index, { labelMap }] of samples.entries())
    addLabelMaps(confusion, truth[index] ?? new Uint8Array(0), labelMap.data)
  return confusion
}

function print(name: string, confusion: ConfusionMatrix): void {
  const classes = intersectionOverUnion(confusion).map((value) => (value === null ? '  – ' : value.toFixed(3)))
  console.log(`${name.padEnd(25)} ${meanIou(confusion, 'presentOnly').value.toFixed(4)}   ${classes.join(' ')}`)
}
