/** `sixteen experiment` on a few images of one's own, by the command alone. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeLabelMap } from '../../integrations/images/index.ts'
import { ExperimentResults } from '../../schemas/experiment.ts'
import { fixture } from '../support/fixture.ts'
import { hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeProject, makeWorkplace, type Workplace } from './support/workplace.ts'

const size = { width: 32, height: 32 }
const anyParts = Array.from({ length: 256 }, (_, id) => ({ id, name: `part ${id}`, color: '#000000' }))
let place: Workplace
let project: string
const at = (name: string): string => join(place.folder, name)

beforeAll(async () => {
  place = await makeWorkplace('experiment')
  project = await makeProject(at('faces'))
  for (const name of ['images', 'labels']) await mkdir(at(name))
  for (let image = 0; image < 12; image++) {
    const picture = sharp({ create: { ...size, channels: 3, background: { r: 20 * image, g: 0, b: 0 } } })
    await picture.toFile(join(at('images'), `${image}.png`))
    const labelMap = { ...size, data: new Uint8Array(size.width * size.height).fill(image % 11) }
    await writeFile(join(at('labels'), `${image}.png`), encodeLabelMap(labelMap, anyParts))
  }
})
afterAll(() => place.remove())

const given = () => ['--images', at('images'), '--labels', at('labels')]
const quick = ['--only', 'supervised,transfer', '--steps', '2', '--size', '32x32']

describe('sixteen experiment', () => {
  test('says what it leaves out and how long it takes, and goes on after an interruption', async () => {
    const when = {
      text: '[1/1] supervised',
      act: (child: { kill(signal: 'SIGINT'): boolean }) => child.kill('SIGINT'),
    }
    const stopped = await sixteen(['experiment', project, ...given(), ...quick], { when })
    expect(stopped).toMatchObject({ code: 130, signal: null })
    expect(hasStackTrace(stopped)).toBe(false)
    const ended = await sixteen(['experiment', project, ...given(), ...quick])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('LEFT OUT: transfer learning: there are no weights of another task')
    expect(ended.stdout).toContain('1 of 1 trials are to be done: about')
    const table = await readFile(join(project, 'experiment', 'table.md'), 'utf8')
    expect(table).toContain('| supervised, 9 real images |')
    const again = await sixteen(['experiment', project, ...given(), ...quick, '--json'])
    expect(ExperimentResults.parse(JSON.parse(again.stdout)).testImages).toBe(3)
  })

  test('refuses weights of another network before it begins', async () => {
    const weights = at('weights.safetensors')
    await writeFile(weights, fixture('segmenter/basic.safetensors'))
    const ended = await sixteen(['experiment', project, ...given(), ...quick, '--pretrained', weights])
    expect(ended.code).toBe(1)
    expect(hasStackTrace(ended)).toBe(false)
    expect(ended.stdout).not.toContain('trials are to be done')
  })

  test.each([
    ['no project', () => [at('nothing'), ...given()], 'holds no project yet'],
    ['a folder that is not there', () => [project, '--images', at('x'), '--labels', at('labels')], 'is not there'],
    [
      'an arm that is none',
      () => [project, ...given(), '--only', 'our'],
      'no arm is called our: there are supervised-9',
    ],
  ])('refuses %s', async (_, words, message) => {
    const ended = await sixteen(['experiment', ...words()])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain(message)
    expect(hasStackTrace(ended)).toBe(false)
  })

  test('refuses images without label maps', async () => {
    await rm(join(at('labels'), '3.png'))
    const ended = await sixteen(['experiment', project, ...given()])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain('holds no label map of 3')
  })
})
