import { describe, expect, it } from 'vitest'
import { accessOf } from '../../../functions/edge/access.ts'
import { createAuthorization } from '../../../integrations/label-studio/authorization.ts'
import { type Canary, makeCanaries } from '../../../scripts/secrets/canaries.ts'
import { openSearch } from '../../../scripts/secrets/search.ts'
import { repeatable } from './repeatable.ts'

const canaries = makeCanaries(repeatable('canaries'))
const kindOf = ({ value: token }: Canary) => createAuthorization({ token, exchange: async () => '', now: () => 0 }).kind

describe('secrets made up for a check', () => {
  it('are taken for what they stand for', () => {
    const { legacyToken, chosenToken, personalToken, accessKey, projectKeys, wrong } = canaries
    expect([legacyToken, chosenToken, wrong.token].map(kindOf)).toEqual(['legacy', 'legacy', 'legacy'])
    expect(legacyToken.value).toMatch(/^[0-9a-f]{40}$/)
    expect([personalToken, wrong.webToken].map(kindOf)).toEqual(['personal', 'personal'])
    expect(accessOf(accessKey.value, accessKey.value)).toBe('all')
    expect(accessOf(accessKey.value, projectKeys.get('2')?.value ?? '')).toEqual({ platform: 'label-studio', id: '2' })
    expect(accessOf(accessKey.value, wrong.key.value)).toBeUndefined()
  })

  it('are told apart, even where they look alike', () => {
    const search = openSearch(canaries.all)
    for (const canary of canaries.all)
      expect(search.leaksIn(canary.value).map((leak) => leak.canary.name)).toEqual([canary.name])
  })

  it('are others each time', () => {
    const others = makeCanaries(repeatable('another time'))
    const search = openSearch(others.all)
    for (const { value } of canaries.all) expect(search.leaksIn(value)).toEqual([])
  })
})
