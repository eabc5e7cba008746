import { encodeJson, getJson, overwrite } from '../../../integrations/storage/index.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { Shard, type ShardLine } from '../../../schemas/shard.ts'
import { curate as chooseKept } from '../../factory/curation.ts'
import { type JobContext, JobError, readProject } from './context.ts'
import { shardCount } from './generate.ts'

/** Filters the images of all shards; leaves `manifest.json`, the run's commit point. */
export async function curate(context: JobContext): Promise<void> {
  const { store, run, version } = context
  const project = await readProject(context)
  const { samplesPerRun, firstSeed, dropShare } = project.settings
  const lines: ShardLine[] = []
  for (let shard = 0; shard < shardCount(project); shard++) {
    const stored = await getJson(store, run.shard(shard), Shard)
    if (stored === undefined) throw new JobError(`shard ${shard} of ${version} is not generated yet (${run.shard(shard)})`)
    lines.push(...stored.value.lines.filter(({ seed }) => seed < firstSeed + samplesPerRun))
  }
  const manifest: RunManifest = {
    schemaVersion: 1,
    run: version,
    lines: [...chooseKept(lines, dropShare)],
  }
  await overwrite(store, run.manifest, encodeJson(run.manifest, RunManifest, manifest))
}
