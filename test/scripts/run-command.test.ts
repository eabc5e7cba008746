import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../../scripts/run-command.ts'

const folder = import.meta.dirname
const node = (program: string, limit = 20_000) => runCommand(process.execPath, ['-e', program], { folder, limit })

describe('a command', () => {
  it('gives its exit code and both its outputs', async () => {
    const { exitCode, output } = await node("console.log('one'); console.error('two'); process.exitCode = 3")
    expect(exitCode).toBe(3)
    expect(output.split('\n').sort()).toEqual(['', 'one', 'two'])
  })

  it('has no standard input to wait for', async () => {
    const program = "process.stdin.on('data', () => {}).on('end', () => console.log('end of input'))"
    expect(await node(program)).toEqual({ exitCode: 0, output: 'end of input\n' })
  })

  it('runs in the folder', async () => {
    expect((await node('console.log(process.cwd())')).output.trim()).toBe(folder)
  })

  it('is ended at its limit, with what it started', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    // A child's child holds a connection for as long as it lives.
    const held = once(server, 'connection').then(([socket]) => once(socket.resume(), 'close'))
    const holder = `require('node:net').connect(${port}, '127.0.0.1')`
    const program = `require('node:child_process').spawn(process.execPath, ['-e', "${holder}"]).on('exit', () => {})`
    const { exitCode, output } = await node(program, 3_000)
    expect(exitCode).toBe(124)
    expect(output).toContain('was ended after 3 s')
    await held
    server.close()
  })

  it('that does not exist has failed', async () => {
    expect((await runCommand('no-such-command', [], { folder, limit: 1_000 })).exitCode).toBe(127)
  })
})
