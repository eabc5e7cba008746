import { encodeJson, getJson, overwrite } from '../../integrations/storage/index.ts'
import { Annotation } from '../../schemas/annotation.ts'
import { Sample } from '../../schemas/sample.ts'
import type { ReactorPlace } from './context.ts'
import type { ReadPainting } from './readPaintings.ts'

/** Brings the stored annotations to what was read, so that a run can begin with them; those that are gone are removed. */
export async function writePaintings(
  { store, keys, platform }: Pick<ReactorPlace, 'store' | 'keys' | 'platform'>,
  painted: readonly ReadPainting[],
): Promise<void> {
  const kept = new Set<string>()
  for (const painting of painted) {
    const { sample: id, sha256, png, recipe } = painting
    kept.add(keys.annotation(id)).add(keys.annotationLabels(id))
    await overwrite(store, keys.sample(id), encodeJson(keys.sample(id), Sample, { schemaVersion: 1, id, ...recipe }))
    await overwrite(store, keys.annotationLabels(id), png)
    const known = (await getJson(store, keys.annotation(id), Annotation))?.value
    const record = recordOf(painting, platform.name)
    if (known?.sha256 !== sha256 || known.source !== record.source)
      await overwrite(store, keys.annotation(id), encodeJson(keys.annotation(id), Annotation, record))
  }
  const obsolete: string[] = []
  for await (const key of store.list(keys.annotations)) if (!kept.has(key)) obsolete.push(key)
  for (const key of obsolete) await store.remove(key)
}

function recordOf({ sample, sha256, sources }: ReadPainting, platform: string): Annotation {
  const sum = (count: (source: ReadPainting['sources'][number]) => number): number =>
    sources.reduce((total, source) => total + count(source), 0)
  const timed = sources.flatMap(({ seconds }) => seconds ?? [])
  return {
    schemaVersion: 1,
    sample,
    source: sources.map(({ id, task }) => `${platform} annotation ${id} of task ${task}`).join(', '),
    updatedAt: new Date(Math.max(...sources.map(({ updatedAt }) => Date.parse(updatedAt)))).toISOString(),
    sha256,
    effort: {
      ...(timed.length > 0 ? { seconds: timed.reduce((total, seconds) => total + seconds, 0) } : {}),
      drawnRegions: sum(({ painting }) => painting.regions.drawn),
      changedRegions: sum(({ painting }) => painting.regions.changed),
      untouchedRegions: sum(({ painting }) => painting.regions.untouched),
    },
  }
}
