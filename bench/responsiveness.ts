/** The main thread's longest stall while a training runs in the engine's worker. `npm run bench:responsiveness` */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { ensembleTensors, initialEnsemble } from '../functions/gpu/interpreter/ensemble.ts'
import { ensembleTraining } from '../functions/gpu/interpreter/ensembleTraining.ts'
import { minibatches } from '../functions/gpu/interpreter/pixelSplit.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { openEngine } from '../functions/gpu/onnx/engine.ts'
import { float32, int32 } from '../functions/gpu/onnx/hostTensor.ts'
import { initialState, openTrainer } from '../functions/gpu/onnx/training.ts'
import { createRandom } from '../functions/gpu/random.ts'
import { describeMachine } from './support/machine.ts'

const shape = { members: 10, features: 976, hidden: [128, 32], parts: 11 } as const
const [pixels, batch, steps, calls] = [4096, 256, 25, 8]

const random = createRandom(0, 'bench.responsiveness')
const features = Float32Array.from({ length: pixels * shape.features }, () => random.uniform())
const labels = Int32Array.from({ length: pixels }, () => random.integer(shape.parts))
const pools = new Array<Uint32Array>(shape.members).fill(Uint32Array.from({ length: pixels }, (_, pixel) => pixel))
const definition = ensembleTraining(shape, { pixels, batch, learningRate: 1e-3 })
const engine = openEngine({ device: 'cpu' })
const trainer = await openTrainer(
  engine,
  definition,
  initialState(definition, ensembleTensors(initialEnsemble(shape, 0))),
  { features: float32(features, [pixels, shape.features]), labels: int32(labels) },
)

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const start = performance.now()
for (let call = 0; call < calls; call++)
  await trainer.train({
    pixels: int32(minibatches(random, pools, call * steps, steps, batch), [steps, shape.members, batch]),
  })
const seconds = (performance.now() - start) / 1000
delay.disable()
await trainer.close()
await engine.close()

console.log(`${describeMachine()}, ${engine.threads} threads in the worker\n`)
const milliseconds = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1)
const row = [
  `${calls * steps}`,
  seconds.toFixed(1),
  milliseconds(delay.percentile(50)),
  milliseconds(delay.percentile(99)),
  milliseconds(delay.max),
]
console.log(table(['steps', 'seconds', 'median delay ms', '99 % ms', 'longest stall ms'], [row]))
