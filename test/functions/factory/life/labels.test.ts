import { describe, expect, test } from 'vitest'
import { ZodError } from 'zod'
import { explainLabelChange, labelListOf } from '../../../../functions/factory/life/labels.ts'

const grey = (): string => '#888888'
const named = (...names: string[]) => names.map((name) => ({ name, color: undefined }))
const listOf = (...names: string[]) => labelListOf(named(...names), 0.7, grey)
const namesOf = (...names: string[]) => listOf(...names).parts.map(({ name }) => name)

describe('the label list of a configuration', () => {
  test('keeps its order, behind a background that nobody paints', () => {
    expect(namesOf('Hair', 'Eye')).toEqual(['background', 'Hair', 'Eye'])
  })

  test('takes a class called background for the background, however it is spelled', () => {
    expect(namesOf('Hair', 'Background', 'Eye')).toEqual(['Background', 'Hair', 'Eye'])
  })

  test('takes colours where there are any', () => {
    const { parts } = labelListOf([{ name: 'Hair', color: '#ff0000' }, ...named('Eye')], 1, grey)
    expect(parts.map(({ color }) => color)).toEqual(['#888888', '#ff0000', '#888888'])
  })

  test('refuses no classes, doubled ones, and names with empty steps', () => {
    for (const names of [[], ['Hair', 'Hair'], ['head//eye'], ['/head']])
      expect(() => listOf(...names)).toThrow(ZodError)
  })
})

describe('a change of the label list', () => {
  test('is none where only the order changed', () => {
    expect(explainLabelChange(listOf('Hair', 'Eye'), listOf('Eye', 'Hair'))).toBeUndefined()
  })

  test('names what is new', () => {
    expect(explainLabelChange(listOf('Hair'), listOf('Hair', 'Eye'))?.message).toContain('“Eye”')
  })

  test('names what is gone, and how to say that it was renamed', () => {
    const notice = explainLabelChange(listOf('Hair'), listOf('Mane'))
    expect(notice).toMatchObject({ code: 'labels-changed', level: 'warning' })
    expect(notice?.message).toContain('labelAliases: {"Hair": "Mane"}')
    expect(notice?.message).toContain('stay as they are')
  })
})
