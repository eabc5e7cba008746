import { Command, CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { again, seedsOf } from '../../cli/commands/again.ts'
import { curate } from '../../cli/commands/curate.ts'
import { demo } from '../../cli/commands/demo.ts'
import { doctor } from '../../cli/commands/doctor.ts'
import { evaluate } from '../../cli/commands/evaluate.ts'
import { exportDataset } from '../../cli/commands/export.ts'
import { generate } from '../../cli/commands/generate.ts'
import { report } from '../../cli/commands/report.ts'
import { train } from '../../cli/commands/train.ts'
import { UsageError } from '../../cli/errors.ts'
import { numberBetween, wholeNumber, withSharedOptions, withTrainingOptions } from '../../cli/options.ts'

/** Options as a command gets them, or what it complains of. */
function parse(...arguments_: string[]): Record<string, unknown> | string {
  const command = withSharedOptions(withTrainingOptions(new Command('try')))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  try {
    return command.parse(arguments_, { from: 'user' }).opts()
  } catch (error) {
    if (error instanceof CommanderError) return error.message
    throw error
  }
}

describe('every command', () => {
  const commands = [demo, train, generate, curate, evaluate, report, exportDataset, again, doctor]

  test.each(commands.map((command) => [command.name(), command] as const))(
    '%s shows an example in its help',
    (name, command) => {
      const written: string[] = []
      command.configureOutput({ writeOut: (text) => written.push(text) }).outputHelp()
      expect(written.join('')).toMatch(new RegExp(`Examples?:\\n {2}sixteen ${name}`))
    },
  )
})

describe('shared options', () => {
  test('have defaults: any device, all cores, words rather than JSON', () => {
    expect(parse()).toMatchObject({ device: 'auto', json: false })
    expect(parse()).not.toHaveProperty('threads')
  })

  test('are read', () => {
    expect(parse('--device', 'webgpu', '--threads', '3', '--json', '--label-size', '64x48')).toMatchObject({
      device: 'webgpu',
      threads: 3,
      json: true,
      labelSize: { width: 64, height: 48 },
    })
  })

  test.each([
    [['--segmenter'], true],
    [['--segmenter', 'resnet18'], 'resnet18'],
    [['--no-segmenter'], false],
  ])('wish for a segmenter by %j', (arguments_, segmenter) => {
    expect(parse(...arguments_)).toMatchObject({ segmenter })
    expect(parse()).not.toHaveProperty('segmenter')
  })

  test.each([
    [['--device', 'tpu'], 'Give auto, cpu, cuda or webgpu'],
    [['--threads', '0'], 'Give a whole number from 1 to 1024'],
    [['--members', '1.5'], 'Give a whole number from 1 to 100'],
    [['--truncation', '3'], 'Give a number from 0 to 2'],
    [['--label-size', '64'], 'Give width and height in pixels, like 512x384'],
    [['--label-size', '0x64'], 'Give width and height in pixels, like 512x384'],
    [['--layout', 'voc'], 'Allowed choices are masks, coco, labelme'],
    [['--segmenter', 'vgg16'], 'Allowed choices are small, resnet18'],
    [['--labeler', 'person'], 'Allowed choices are ensemble, student'],
    [['--colour', 'red'], "unknown option '--colour'"],
  ])('refuse %j', (arguments_, message) => {
    expect(parse(...arguments_)).toContain(message)
  })
})

describe('numbers', () => {
  test('whole ones stay in their range', () => {
    const parseCount = wholeNumber(1, 10)
    expect(['1', '10'].map(parseCount)).toEqual([1, 10])
    for (const text of ['0', '11', '1.5', '', 'many', 'NaN', 'Infinity', '-1'])
      expect(() => parseCount(text), text).toThrow('Give a whole number from 1 to 10.')
  })

  test('others, too', () => {
    const parseShare = numberBetween(0, 1)
    expect(['0', '1', '0.25', '1e-3'].map(parseShare)).toEqual([0, 1, 0.25, 0.001])
    for (const text of ['-0.1', '1.1', '', ' ', 'half', 'NaN'])
      expect(() => parseShare(text), text).toThrow('Give a number from 0 to 1.')
  })
})

describe('samples to make again', () => {
  const of = (text: string): readonly number[] => seedsOf(text, 'avatars', 0.7)

  test('are named by id, seed, or range of seeds', () => {
    expect(of('avatars-s1003-t0.7')).toEqual([1003])
    expect(of('0')).toEqual([0])
    expect(of('4294967295')).toEqual([4294967295])
    expect(of('7-9')).toEqual([7, 8, 9])
  })

  test.each(['4294967296', '9-7', '1-2-3', '-1', '1.5', 'somebody', '', '0-999999999'])(
    'are not named by %j',
    (text) => {
      expect(() => of(text)).toThrow(UsageError)
      expect(() => of(text)).toThrow('names no samples')
    },
  )

  test.each(['avatars-s1003-t1', 'cars-s1003-t0.7', 'avatars-s01003-t0.7'])('are of this run, unlike %s', (text) => {
    expect(() => of(text)).toThrow('whose samples are named like avatars-s1003-t0.7')
  })
})
