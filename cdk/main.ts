/** `npx cdk deploy -c labelStudioUrl=https://…`; docs/deploy.md has the options. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readOptions } from './options.ts'
import { SixteenStack } from './stack.ts'

const app = new App()
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
const options = readOptions(app.node.getAllContext())
new SixteenStack(app, options.stackName, {
  options,
  env: {
    account: options.account ?? process.env.CDK_DEFAULT_ACCOUNT,
    region: options.region ?? process.env.CDK_DEFAULT_REGION,
  },
})
