/** Drivers that are opened when something is first asked of them: loading the client of a service takes a while. */
import type { Store } from '../../integrations/storage/index.ts'
import type { Workflow } from '../../integrations/workflow/index.ts'
import { once } from './once.ts'

/** @param open called once, at the first call */
export function lateStore(open: () => Promise<Store>): Store {
  const store = once(open)
  return {
    get: async (key) => (await store()).get(key),
    head: async (key) => (await store()).head(key),
    create: async (key, bytes) => (await store()).create(key, bytes),
    replace: async (key, bytes, etag) => (await store()).replace(key, bytes, etag),
    remove: async (key) => (await store()).remove(key),
    async *list(prefix) {
      yield* (await store()).list(prefix)
    },
    async *folders(folder) {
      yield* (await store()).folders(folder)
    },
  }
}

/** @param open called once, at the first call */
export function lateWorkflow(open: () => Promise<Workflow>): Workflow {
  const workflow = once(open)
  return {
    start: async (work) => (await workflow()).start(work),
    stop: async (work) => (await workflow()).stop(work),
    isActive: async (work) => (await workflow()).isActive(work),
  }
}
