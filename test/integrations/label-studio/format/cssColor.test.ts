import { expect, test } from 'vitest'
import { normalizeColor } from '../../../../integrations/label-studio/format/cssColor.ts'

test.each([
  ['#abc', '#aabbcc'],
  ['#AABBCC', '#aabbcc'],
  ['#abcd', '#aabbcc'],
  ['#AABBCC80', '#aabbcc'],
  [' Red ', '#ff0000'],
  ['rebeccapurple', '#663399'],
  ['DarkSlateGrey', '#2f4f4f'],
  ['rgb(255, 128, 0)', '#ff8000'],
  ['rgba(255,128,0,0.5)', '#ff8000'],
  ['rgb(255 128 0 / 50%)', '#ff8000'],
  ['rgb(100%, 0%, 20%)', '#ff0033'],
  ['rgb(300, -5, 0)', '#ff0000'],
])('%s is %s', (text, color) => {
  expect(normalizeColor(text)).toBe(color)
})

test.each([
  '',
  '#ab',
  '#abcde',
  'reddish',
  'rgb(1,2)',
  'rgb(1,2,3,4,5)',
  'rgb(a,b,c)',
  'constructor',
  '9'.repeat(10_000),
])('%.20s is no colour', (text) => {
  expect(normalizeColor(text)).toBeUndefined()
})
