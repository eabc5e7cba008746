import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { basic, openAsker } from '../../../scripts/secrets/asking.ts'
import { makeCanaries } from '../../../scripts/secrets/canaries.ts'
import { gatherEvidence } from '../../../scripts/secrets/evidence.ts'
import { startProgram } from '../../../scripts/secrets/program.ts'
import { openSearch } from '../../../scripts/secrets/search.ts'
import { keepFiles } from '../../../scripts/secrets/storedFiles.ts'
import { repeatable } from './repeatable.ts'

const canaries = makeCanaries(repeatable('evidence'))
const { accessKey, legacyToken, huggingFaceToken } = canaries
const gather = (of = canaries.all) => gatherEvidence(openSearch(of), of)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-evidence-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function serving(listener: RequestListener, use: (address: string) => Promise<void>): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  try {
    await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('a planted leak is found', () => {
  it('in what a program writes', async () => {
    const evidence = gather()
    const script = join(folder, 'leak.ts')
    await writeFile(script, 'console.log("begin"); console.error(JSON.stringify({ err: process.env.TOKEN }))\n')
    const env = { TOKEN: legacyToken.value }
    const program = startProgram({
      name: 'a program',
      script,
      arguments: [],
      env,
      evidence,
    })
    expect(await program.ended).toBe(0)
    expect(evidence.count('log line')).toBe(2)
    expect(evidence.leaks()).toEqual([
      expect.stringMatching(/^the legacy token \(as it is\) stands in a program: line \d, standard error$/),
    ])
  })

  it('in the body, and in a header, of an answer', async () => {
    const evidence = gather()
    await serving(
      ({ headers, url = '' }, response) => {
        if (url === '/header') response.setHeader('X-Seen', headers.authorization ?? '')
        response.end(url === '/body' ? `You sent ${headers.authorization}` : 'ok')
      },
      async (address) => {
        const asker = openAsker('a server', address, evidence)
        for (const what of ['nothing', 'header', 'body'])
          await asker.ask({ what, path: `/${what}`, headers: basic(accessKey.value), answers: [200] })
      },
    )
    expect(evidence.leaks()).toEqual([
      'the access key (in base64) stands in a server: the answer 200 to header',
      'the access key (in base64) stands in a server: the answer 200 to body',
    ])
  })

  it('in a stored record, and in a database that is not closed', async () => {
    const evidence = gather()
    await mkdir(join(folder, 'store/runs'), { recursive: true })
    await writeFile(join(folder, 'store/runs/run.json'), JSON.stringify({ error: { message: legacyToken.value } }))
    await writeFile(join(folder, 'store/project.json'), '{}')
    const database = new DatabaseSync(join(folder, 'queue.sqlite'))
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE messages (body TEXT)')
    database.prepare('INSERT INTO messages VALUES (?)').run(JSON.stringify({ token: huggingFaceToken.value }))
    await keepFiles('a server', folder, evidence)
    database.close()
    expect(evidence.count('stored object')).toBeGreaterThanOrEqual(4)
    expect([...evidence.leaks()].sort()).toEqual([
      'the Hugging Face token (as it is) stands in a server: queue.sqlite-wal',
      'the legacy token (as it is) stands in a server: store/runs/run.json',
    ])
  })
})

describe('nothing is proved', () => {
  const some = [accessKey, legacyToken, canaries.wrong.key]
  const complete = () => {
    const evidence = gather(some)
    evidence.keep('log line', { name: 'line 1', content: 'fine' })
    evidence.keep('response', { name: 'an answer', content: 'fine' })
    evidence.keep('stored object', { name: 'run.json', content: '{}' })
    return evidence
  }

  it('of a secret that was never sent, or never let in', () => {
    const evidence = complete()
    evidence.sent(`/k/${encodeURI(accessKey.value)}/setup`, 'refused')
    evidence.sent(`Token ${legacyToken.value}`, 'let in')
    expect(evidence.findings()).toEqual([
      'the access key was never let in: nothing is proved of it',
      'a wrong access key was never sent: nothing is proved of it',
    ])
    evidence.sent(accessKey.value, 'let in')
    evidence.sent(canaries.wrong.key.value, 'refused')
    expect(evidence.findings()).toEqual([])
  })

  it('where there was nothing to look at', () => {
    expect(gather([]).findings()).toEqual([
      'there was no log line to look at: nothing is proved',
      'there was no response to look at: nothing is proved',
      'there was no stored object to look at: nothing is proved',
    ])
  })
})

describe('an answer that is not the one expected', () => {
  it('ends the check, without repeating a secret', async () => {
    const evidence = gather()
    await serving(
      ({ url = '' }, response) => response.writeHead(500).end(url === '/plain' ? 'it failed' : legacyToken.value),
      async (address) => {
        const { ask } = openAsker('a server', address, evidence)
        await expect(ask({ what: 'a', path: '/plain', answers: [200] })).rejects.toThrow(
          'a server: a was answered 500, not 200: it failed',
        )
        await expect(ask({ what: 'b', path: '/leak', answers: [200, 404] })).rejects.toThrow(
          /^a server: b was answered 500, not 200 or 404$/,
        )
      },
    )
  })
})
