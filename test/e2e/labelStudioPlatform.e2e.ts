import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { openLabelStudioClient } from '../../integrations/label-studio/client.ts'
import { openLabelStudio } from '../../integrations/label-studio/platform.ts'
import { type LabelStudioServer, startLabelStudio } from '../../scripts/label-studio-server.ts'
import { describePlatform } from '../contract/platform.ts'
import { labelStudioPeople } from './support/labelStudioPeople.ts'
import { makeWorkplace, type Workplace } from './support/workplace.ts'

describe.each([true, false])('with validation of predictions: %s', (validatePredictions) => {
  let workplace: Workplace
  let server: LabelStudioServer
  const started = Promise.withResolvers<LabelStudioServer>()

  beforeAll(async () => {
    workplace = await makeWorkplace('platform')
    server = await startLabelStudio({ dataFolder: join(workplace.folder, 'label-studio'), validatePredictions })
    started.resolve(server)
  })
  afterAll(async () => {
    await server?.stop()
    await workplace?.remove()
  })

  describePlatform({
    name: 'Label Studio',
    unknownProject: '999999',
    open: async () => {
      const session = await started.promise
      return { platform: openLabelStudio(openLabelStudioClient(session)), people: labelStudioPeople(session) }
    },
  })
})
