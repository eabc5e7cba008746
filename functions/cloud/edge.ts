/** The web app on Lambda, behind an HTTP API. It imports next to nothing before it is asked for more than its health. */
import { healthFirst } from './healthFirst.ts'

export const handler = healthFirst(async () => {
  const [{ openEdgeHandler }, { openCloudSecrets }] = await Promise.all([
    import('./edgeApp.ts'),
    import('./clients.ts'),
  ])
  return openEdgeHandler(process.env, openCloudSecrets(Date.now))
})
