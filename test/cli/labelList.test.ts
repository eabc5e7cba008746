import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../cli/errors.ts'
import { readLabelList } from '../../cli/labelList.ts'

const place = { folder: '' }
beforeAll(async () => {
  place.folder = await mkdtemp(join(tmpdir(), 'label-list-'))
})
afterAll(() => rm(place.folder, { recursive: true }))

describe('a label list named on the command line', () => {
  test('is a preset of the seed document’s domains', async () => {
    const { parts } = await readLabelList('face')
    expect(parts).toHaveLength(34)
    expect(parts[0]?.name).toBe('background')
  })

  test('is a file', async () => {
    const file = join(place.folder, 'labels.json')
    const parts = [
      { id: 0, name: 'background', color: '#000000' },
      { id: 1, name: 'cat/ear', color: '#ff0000' },
    ]
    await writeFile(file, JSON.stringify({ parts, truncation: 0.7 }))
    expect(await readLabelList(file)).toEqual({ parts, truncation: 0.7 })
  })

  test.each([
    ['neither a preset nor a file', 'dog', undefined, /neither a preset \(face, car, bird, cat, bedroom\) nor a file/],
    ['no JSON', 'text.json', 'parts: []', /is no label list/],
    [
      'ids with a gap',
      'gap.json',
      '{"parts":[{"id":1,"name":"a","color":"#000000"}],"truncation":1}',
      /is no label list/,
    ],
  ])('that is %s is refused', async (_, name, content, message) => {
    const file = join(place.folder, name)
    if (content !== undefined) await writeFile(file, content)
    const given = content === undefined ? name : file
    await expect(readLabelList(given)).rejects.toThrow(UsageError)
    await expect(readLabelList(given)).rejects.toThrow(message)
  })
})
