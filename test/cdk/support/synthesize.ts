import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readOptions } from '../../../cdk/options.ts'
import { SixteenStack } from '../../../cdk/stack.ts'

export const labelStudioUrl = 'https://labels.example.org'
export const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d'
const image = 'example.org/sixteen:1'

/** The app as cdk/main.ts puts it together, but with nothing bundled or copied; cdk-nag looks on. @throws what it finds */
export function synthesize(options: Readonly<Record<string, unknown>> = {}): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'sixteen-cdk-'))
  try {
    const context = {
      'aws:cdk:bundling-stacks': [],
      'aws:cdk:disable-asset-staging': true,
      labelStudioUrl,
      image,
      ...options,
    }
    const app = new App({ context, outdir })
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
    const read = readOptions(app.node.getAllContext())
    return Template.fromStack(
      new SixteenStack(app, read.stackName, { options: read, env: { region: read.region ?? 'eu-central-1' } }),
    )
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
