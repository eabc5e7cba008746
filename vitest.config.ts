import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], testTimeout = 30_000) => ({ test: { name, include, testTimeout } })

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts']),
      project('contract', ['test/**/*.contract.ts']),
      project('e2e', ['test/e2e/**/*.e2e.ts'], 600_000),
    ],
  },
})
