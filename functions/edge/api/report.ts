import { getJson, type Store } from '../../../integrations/storage/index.ts'
import { ReportData } from '../../../schemas/report.ts'
import { NotFoundError } from '../errors.ts'
import type { RunPath } from '../paths.ts'
import { readRun, runKeysOf } from '../records.ts'

/**
 * The report of a run as a page, made of the data that the report job left.
 * @throws NotFoundError where there is no such run, or it has no report yet
 */
export async function renderStoredReport(store: Store, path: RunPath): Promise<string> {
  const { state } = await readRun(store, path)
  const stored = await getJson(store, runKeysOf(path).report, ReportData)
  if (stored === undefined)
    throw new NotFoundError(`run ${path.version} of ${path.platform}/${path.id} has no report yet: it is ${state}`)
  // Plots bring a drawing library with them that no other request needs.
  const { renderReport } = await import('../../factory/report/index.ts')
  // Links lead to files beside a report on disk; beside this page there are none.
  return renderReport({ ...stored.value, links: [] })
}
