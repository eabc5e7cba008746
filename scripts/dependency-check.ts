import { existsSync, globSync } from 'node:fs'
import { join, sep } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { cruisedFolders, dependencyRules } from './dependency-rules.ts'

/** What one look over a tree found. */
export interface DependencyCheck {
  /** TypeScript modules seen, all of the tree's. */
  readonly modules: number
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[]
}

/** The checker saw other modules than there are, so its silence would mean nothing. */
export class ModulesUnseenError extends Error {
  override readonly name = 'ModulesUnseenError'
  constructor(seen: number, expected: number, examples: readonly string[]) {
    super(
      `dependency-cruiser saw ${seen} TypeScript modules of ${expected}` +
        `${examples.length > 0 ? ` (unseen: ${examples.join(', ')})` : ''}; is its parser (@swc/core) installed?`,
    )
  }
}

/** `a.ts → b.ts`: the places of a violation that only several modules make together. */
const path = (steps: readonly { readonly name: string }[] | undefined) => steps?.map(({ name }) => name).join(' → ')

async function cruiseTree(root: string, folders: readonly string[]): Promise<ICruiseResult> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir: root,
      ruleSet: { forbidden: [...dependencyRules] },
      validate: true,
      // The compiler is newer than the checker can load; without this line it would read no TypeScript at all.
      parser: 'swc',
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
    },
    { conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'], extensions: ['.ts', '.js'] },
  )
  if (typeof output === 'string') throw new TypeError(`dependency-cruiser answered text: ${output.slice(0, 200)}`)
  return output
}

/**
 * Checks the dependency rules over one tree.
 * @param root the tree's root folder
 * @throws {ModulesUnseenError} when not every TypeScript module of the tree was seen, or there is none:
 *   without a parser that it knows, dependency-cruiser finds nothing and reports no violation
 */
export async function checkDependencies(root: string): Promise<DependencyCheck> {
  const folders = cruisedFolders.filter((folder) => existsSync(join(root, folder)))
  const expected = globSync(`{${cruisedFolders.join(',')}}/**/*.ts`, { cwd: root }).map((file) =>
    file.split(sep).join('/'),
  )
  if (expected.length === 0) throw new ModulesUnseenError(0, 0, [])
  const { modules, summary } = await cruiseTree(root, folders)
  const seen = new Set(modules.map((module) => module.source))
  const unseen = expected.filter((file) => !seen.has(file))
  if (unseen.length > 0) {
    throw new ModulesUnseenError(expected.length - unseen.length, expected.length, unseen.slice(0, 5))
  }
  return {
    modules: expected.length,
    violations: summary.violations.map(({ rule, from, to, cycle, via }) => ({
      rule: rule.name,
      from,
      to: path(cycle ?? via) ?? to,
    })),
  }
}
