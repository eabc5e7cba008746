import { defineConfig } from 'vitest/config'
import { swiftshaderEnvironment } from './test/e2e/support/swiftshader.ts'

const project = (name: string, include: string[], options: object = {}) => ({
  // One process a file: native sessions, their environment and their crashes stay in it.
  test: { name, include, pool: 'forks' as const, testTimeout: 30_000, ...options },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts']),
      project('contract', ['test/**/*.contract.ts']),
      project('e2e', ['test/e2e/**/*.e2e.ts'], { testTimeout: 600_000, hookTimeout: 600_000 }),
      // The graphics driver is chosen when a process starts, so these tests have a project, and thus processes, of their own.
      project('webgpu', ['test/**/*.webgpu.ts'], {
        env: swiftshaderEnvironment(),
        globalSetup: ['test/e2e/support/requireSwiftshader.ts'],
        testTimeout: 120_000,
      }),
    ],
  },
})
