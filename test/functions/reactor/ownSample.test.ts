import { describe, expect, test } from 'vitest'
import { ownSample } from '../../../functions/reactor/ownSample.ts'
import { sampleId } from '../../../schemas/sample.ts'
import { tinyProject } from './reactorWorld.ts'

const project = tinyProject()
const withTruncation = (truncation: number) => ({ ...project, labelList: { ...project.labelList, truncation } })

describe('the sample that a task names', () => {
  test('is one of the project’s', () => {
    expect(ownSample('avatars-s100-t0.7', project)).toEqual({ generator: 'avatars', seed: 100, truncation: 0.7 })
  })

  test.each([0, 0.7, 1, 2, 1e-7, 0.1 + 0.2])('is read back as it was named, with ψ %d', (truncation) => {
    const recipe = { generator: 'avatars', seed: 4294967295, truncation }
    expect(ownSample(sampleId(recipe), withTruncation(truncation))).toEqual(recipe)
  })

  test('may be of a generator whose name looks like a part of an id', () => {
    const odd = { ...project, generator: { ...project.generator, name: 'cats-s1-t0.5' } }
    expect(ownSample('cats-s1-t0.5-s7-t0.7', odd)).toMatchObject({ generator: 'cats-s1-t0.5', seed: 7 })
  })

  test.each([
    ['of another truncation', 'avatars-s100-t0.5', 'made with ψ 0.5'],
    ['of another generator', 'cars-s100-t0.7', 'another generator than avatars'],
    ['with a zero in front', 'avatars-s0100-t0.7', 'names no sample'],
    ['with a longer number', 'avatars-s100-t0.70', 'names no sample'],
    ['with a seed that is too large', 'avatars-s4294967296-t0.7', 'names no sample'],
    ['with ψ above two', 'avatars-s1-t3', 'names no sample'],
    ['without a seed', 'avatars-t0.7', 'names no sample'],
    ['of nothing', '', 'names no sample'],
    ['that leads elsewhere', '../../avatars-s1-t0.7', 'names no sample'],
    ['in another script', 'avatars-s１-t0.7', 'names no sample'],
  ])('%s is refused with a sentence', (_, id, sentence) => {
    expect(ownSample(id, project)).toContain(sentence)
  })

  test('is quoted in part where somebody wrote a book into it', () => {
    const reason = ownSample(`avatars\n${'x'.repeat(100_000)}`, project)
    expect(typeof reason === 'string' && reason.length).toBeLessThan(200)
  })
})
