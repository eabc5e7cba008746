import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DockerfileError, parseDockerfile } from '../../../scripts/image-steps/dockerfile.ts'

describe('a Dockerfile', () => {
  test('is read line by line, continued lines as one, comments left out', () => {
    const text = `# a comment
ARG NODE=24.1.0
FROM node:\${NODE}-slim AS packages

RUN npm ci && \\
    # inside
    rm -r cache
FROM base
COPY --from=packages /app/a b/
COPY x y ./
`
    expect(parseDockerfile(text).slice(1)).toEqual([
      {
        line: 3,
        text: `FROM node:\${NODE}-slim AS packages`,
        name: 'FROM',
        image: 'node:24.1.0-slim',
        stage: 'packages',
      },
      { line: 5, text: 'RUN npm ci && rm -r cache', name: 'RUN', command: 'npm ci && rm -r cache' },
      { line: 8, text: 'FROM base', name: 'FROM', image: 'base', stage: undefined },
      {
        line: 9,
        text: 'COPY --from=packages /app/a b/',
        name: 'COPY',
        from: 'packages',
        sources: ['/app/a'],
        target: 'b/',
      },
      { line: 10, text: 'COPY x y ./', name: 'COPY', from: undefined, sources: ['x', 'y'], target: './' },
    ])
  })

  test.each([
    ['ADD https://example.org/a a', 'ADD is not understood'],
    ['# escape=`', 'escape'],
    ['COPY --chown=1:1 a b', 'COPY understands plain paths'],
    ['COPY *.json ./', 'COPY understands plain paths'],
    ['COPY "a b" c', 'COPY understands plain paths'],
    ['COPY a', 'COPY understands plain paths'],
    ['RUN --mount=type=cache,target=/x npm ci', 'RUN understands a plain command'],
    ['RUN <<EOF', 'RUN understands a plain command'],
    ['ENTRYPOINT node main.ts', 'ENTRYPOINT has to be a list of words'],
    ['HEALTHCHECK NONE', 'HEALTHCHECK'],
    ['ENV A B', 'ENV understands NAME=value'],
    ['ARG OPEN', 'an ARG needs a value'],
    [`FROM node:\${ABSENT}`, 'no ARG ABSENT stands before'],
    ['FROM --platform=linux/amd64 node', 'FROM image AS stage'],
    ['RUN a \\', 'goes on after the end'],
    ['nonsense', 'no instruction'],
  ])('that holds %j is refused', (line, reason) => {
    expect(() => parseDockerfile(line)).toThrow(DockerfileError)
    expect(() => parseDockerfile(line)).toThrow(reason)
  })
})

describe('the Dockerfile of this project', () => {
  const steps = parseDockerfile(readFileSync('Dockerfile', 'utf8'))
  const last = (name: string) => steps.findLast((step) => step.name === name)

  test('begins with images of exact versions', () => {
    const images = steps.flatMap((step) => (step.name === 'FROM' ? [step.image] : []))
    expect(images).toHaveLength(2)
    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+-/)
  })

  test('has the Node that this project is tested with', () => {
    const Lock = z.object({ packages: z.object({ 'node_modules/node': z.object({ version: z.string() }) }) })
    const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
    expect(steps[0]).toMatchObject({ text: `ARG NODE=${packages['node_modules/node'].version}` })
  })

  test('ends as a user who is not root, whose name is node', () => {
    const user = last('USER')
    expect(user).toMatchObject({ value: expect.stringMatching(/^[1-9]\d*$/) })
    const made = steps.some((step) => step.name === 'RUN' && /useradd --uid 1001 .* node$/.test(step.command))
    expect({ user: user?.text, made }).toEqual({ user: 'USER 1001', made: true })
  })

  test('starts Node without a shell, so that SIGTERM reaches it', () => {
    expect(last('ENTRYPOINT')).toMatchObject({ words: ['node', 'functions/gpu/jobs/main.ts'] })
    expect(existsSync('functions/gpu/jobs/main.ts')).toBe(true)
    expect(last('STOPSIGNAL')).toMatchObject({ value: 'SIGTERM' })
  })

  test('fetches the provider of CUDA 12 as ONNX Runtime’s own script does it', () => {
    const script = 'node_modules/onnxruntime-node/script'
    const Metadata = z.object({
      requirements: z.object({ 'linux/x64': z.array(z.string()) }),
      manifests: z.record(z.string(), z.record(z.string(), z.unknown())),
    })
    const { requirements, manifests } = Metadata.parse(
      createRequire(import.meta.url)(resolve(script, 'install-metadata.js')),
    )
    expect(requirements['linux/x64']).toEqual(['cuda12'])
    expect(Object.keys(manifests['linux/x64:cuda12'] ?? {})).toContain('./libonnxruntime_providers_cuda.so')
    const commands = steps.flatMap((step) => (step.name === 'RUN' ? [step.command] : [])).join('\n')
    expect(commands).toContain('ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js')
    expect(existsSync(`${script}/install.js`)).toBe(true)
    // Where the script puts it, beside the library that loads it.
    expect(existsSync('node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1')).toBe(true)
    expect(commands).toContain('bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so')
  })
})
