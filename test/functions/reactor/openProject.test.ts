import { describe, expect, test } from 'vitest'
import { adoptLabels, openProject } from '../../../functions/reactor/openProject.ts'
import type { MemoryLabels } from '../../../integrations/platform/memory.ts'
import { createJson } from '../../../integrations/storage/index.ts'
import { Project } from '../../../schemas/project.ts'
import { ProjectDefaults } from '../../../schemas/projectDefaults.ts'
import { addGenerator } from '../../support/importedGenerator.ts'
import { generator, keys, projectId, reactorWorld, tinyProject } from './reactorWorld.ts'

const namesOf = (project: Project | undefined) => project?.labelList.parts.map(({ name }) => name)

function worldOf(labels: MemoryLabels, defaults: unknown = {}) {
  const world = reactorWorld({ defaults: ProjectDefaults.parse(defaults) })
  world.platform.setLabels(projectId, labels)
  return { ...world, open: async () => openProject(world.place, await world.platform.readProject(projectId)) }
}

describe('a project that is seen for the first time', () => {
  test('gets a record: the generator, the labels behind a background, label maps of the image’s size', async () => {
    const world = worldOf(['Hair', { name: 'Eye', color: '#00ff00' }])
    const { project, notices } = await world.open()
    expect(namesOf(project)).toEqual(['background', 'Hair', 'Eye'])
    expect(project).toMatchObject({
      id: projectId,
      platform: 'label-studio',
      generator,
      settings: { labelWidth: 4, labelHeight: 4 },
      life: { seedCount: 16 },
    })
    expect(project?.labelList.parts[2]?.color).toBe('#00ff00')
    // Generated images are made like seeds, so that a correction is a seed.
    expect(project?.labelList.truncation).toBe(project?.settings.truncation)
    expect(await world.project()).toEqual(project)
    expect(notices).toEqual([])
  })

  test('begins with what the server’s operator chose', async () => {
    const defaults = { settings: { samplesPerRun: 20, truncation: 0.5 }, life: { seedCount: 3 } }
    const { project } = await worldOf(['Hair'], defaults).open()
    expect(project).toMatchObject({
      settings: { samplesPerRun: 20, truncation: 0.5, labelWidth: 4 },
      labelList: { truncation: 0.5 },
      life: { seedCount: 3 },
    })
  })

  test('draws from the generator that the server’s operator named, and its label maps have the size of its images', async () => {
    const world = worldOf(['Hair'], { generator: 'cars' })
    const cars = await addGenerator(world.store, 'cars', {
      resolution: 512,
      crop: { x: 0, y: 64, width: 512, height: 384 },
    })
    const { project } = await world.open()
    expect(project).toMatchObject({ generator: cars, settings: { labelWidth: 512, labelHeight: 384 } })
  })

  test('draws from the usual one where that is named', async () => {
    const { project } = await worldOf(['Hair'], { generator: generator.name }).open()
    expect(project?.generator).toEqual(generator)
  })

  test('gets none where the named generator is not there, and a person is told', async () => {
    const world = worldOf(['Hair'], { generator: 'cars' })
    const { project, notices } = await world.open()
    expect(project).toBeUndefined()
    expect(notices).toMatchObject([
      { code: 'generator-unknown', level: 'error', message: expect.stringContaining('the generator cars') },
    ])
    expect(await world.project()).toBeUndefined()
    await addGenerator(world.store, 'cars')
    expect((await world.open()).project?.generator.name).toBe('cars')
  })

  test('is the record of whoever was faster', async () => {
    const world = worldOf(['Hair'])
    const faster = tinyProject({ seedCount: 7 })
    const place = {
      ...world.place,
      defaultGenerator: async () => {
        await createJson(world.store, keys.project, Project, faster)
        return generator
      },
    }
    const { project } = await openProject(place, await world.platform.readProject(projectId))
    expect(project).toEqual(faster)
  })

  test.each([
    ['nothing to paint', [], undefined],
    ['only a background', ['Background'], 'at least two parts'],
    ['a name twice', ['Hair', 'Hair'], 'part names are unique'],
    ['a name that is no path', ['Hair', 'Eye/'], 'a path without empty steps'],
    ['too many labels', Array.from({ length: 300 }, (_, index) => `part${index}`), 'at most 256 parts'],
  ])('gets none where the configuration has %s', async (_, labels, reason) => {
    const world = worldOf(labels)
    const { project, notices } = await world.open()
    expect(project).toBeUndefined()
    expect(await world.project()).toBeUndefined()
    if (reason !== undefined) expect(notices).toMatchObject([{ code: 'labels-unusable', level: 'error' }])
    expect(notices.map(({ message }) => message).join()).toContain(reason ?? '')
  })
})

describe('a project that is known', () => {
  test('keeps its labels until a run adopts the new ones; a person is told of the change', async () => {
    const world = worldOf(['Mane', 'Eye'])
    await world.setProject(tinyProject())
    const opened = await world.open()
    expect(namesOf(opened.project)).toEqual(['background', 'Hair', 'Eye'])
    const labelList = 'labelList' in opened ? opened.labelList : undefined
    expect(labelList?.parts.map(({ name }) => name)).toEqual(['background', 'Mane', 'Eye'])
    expect(opened.notices).toMatchObject([{ code: 'labels-changed', level: 'warning' }])
    expect(await world.project()).toEqual(tinyProject())
    if (labelList !== undefined) await adoptLabels(world.place, labelList)
    expect(namesOf(await world.project())).toEqual(['background', 'Mane', 'Eye'])
    expect((await world.open()).notices).toEqual([])
  })

  test('keeps the truncation of its seeds', async () => {
    const world = worldOf(['Hair'])
    const { labelList, ...project } = tinyProject()
    await world.setProject({ ...project, labelList: { ...labelList, truncation: 0.3 } })
    expect(await world.open()).toMatchObject({ labelList: { truncation: 0.3 } })
  })

  test.each([[[]], [['Hair', 'Hair']]])('stays where its labels are gone or unusable: %j', async (labels) => {
    const world = worldOf(labels)
    await world.setProject(tinyProject())
    expect(await world.open()).toMatchObject({ project: tinyProject(), labelList: undefined })
    expect(await world.project()).toEqual(tinyProject())
  })
})
