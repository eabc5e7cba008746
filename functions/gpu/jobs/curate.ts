import { encodeJson, getJson } from '../../../integrations/storage/index.ts'
import { shardCount } from '../../../schemas/project.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { Shard, type ShardLine } from '../../../schemas/shard.ts'
import { curate as chooseKept } from '../../factory/curation.ts'
import { type JobContext, JobError, readProject } from './context.ts'
import { shardSeeds } from './generate.ts'
import { write } from './writing.ts'

/**
 * Filters the images of all shards; leaves `manifest.json`, the run's commit point.
 * @returns true: it is always done anew
 * @throws JobError where a shard is missing
 */
export async function curate(context: JobContext): Promise<boolean> {
  const { store, run, version } = context
  const project = await readProject(context)
  const { samplesPerRun, firstSeed, dropShare } = project.settings
  const lines: ShardLine[] = []
  for (let shard = 0; shard < shardCount(project.settings); shard++) {
    const stored = await getJson(store, run.shard(shard), Shard)
    if (stored === undefined) throw unfinished(shard)
    const made = stored.value.lines.filter(({ seed }) => seed < firstSeed + samplesPerRun)
    if (made.length < shardSeeds(project, shard).length) throw unfinished(shard)
    lines.push(...made)
  }
  const manifest: RunManifest = {
    schemaVersion: 1,
    run: version,
    labelList: project.labelList,
    settings: project.settings,
    lines: [...chooseKept(lines, dropShare)],
  }
  await write(store, run.manifest, encodeJson(run.manifest, RunManifest, manifest))
  return true

  function unfinished(shard: number): JobError {
    return new JobError(`not all images of ${version} are generated yet (${run.shard(shard)}): generate them first`)
  }
}
