#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { packageVersion } from '../integrations/packageFiles.ts'
import { again } from './commands/again.ts'
import { connect } from './commands/connect.ts'
import { curate } from './commands/curate.ts'
import { demo } from './commands/demo.ts'
import { doctor } from './commands/doctor.ts'
import { evaluate } from './commands/evaluate.ts'
import { experiment } from './commands/experiment.ts'
import { exportDataset } from './commands/export.ts'
import { forget } from './commands/forget.ts'
import { generate } from './commands/generate.ts'
import { generators } from './commands/generators.ts'
import { importCheckpoint } from './commands/import.ts'
import { predict } from './commands/predict.ts'
import { report } from './commands/report.ts'
import { samples } from './commands/samples.ts'
import { serve } from './commands/serve.ts'
import { train } from './commands/train.ts'
import { trainSegmenter } from './commands/trainSegmenter.ts'
import { exitCodes, explain, UsageError } from './errors.ts'
import { InterruptedError } from './interrupt.ts'

const program = new Command('sixteen')
  .description('Paint the parts of sixteen generated images; get a labelled dataset.')
  .version(packageVersion())
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
for (const command of [
  demo,
  importCheckpoint,
  generators,
  train,
  generate,
  curate,
  evaluate,
  report,
  exportDataset,
  trainSegmenter,
  predict,
  experiment,
  again,
  samples,
  doctor,
  serve,
  connect,
  forget,
])
  program.addCommand(command.exitOverride())

// Whoever reads the output may have enough of it: `sixteen evaluate faces | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.on('uncaughtException', (error) => {
  console.error(`\nsixteen met an error that it did not expect: ${explain(error)}`)
  process.exit(exitCodes.failed)
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
  if (!(error instanceof CommanderError)) console.error(`\n${explain(error)}`)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  if (error instanceof InterruptedError) return exitCodes.interrupted
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed
}
