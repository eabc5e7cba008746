/** `npm run deps`: checks the dependency rules over the whole project and prints each violation with its reason. */
import { join } from 'node:path'
import { checkDependencies } from './dependency-check.ts'
import { dependencyRules } from './dependency-rules.ts'

const { modules, violations } = await checkDependencies(join(import.meta.dirname, '..'))
for (const { rule, from, to } of violations) {
  console.error(`${rule}: ${from} → ${to}\n  ${dependencyRules.find(({ name }) => name === rule)?.comment}`)
}
console.log(`${modules} modules, ${dependencyRules.length} rules, ${violations.length} violations`)
process.exitCode = violations.length > 0 ? 1 : 0
