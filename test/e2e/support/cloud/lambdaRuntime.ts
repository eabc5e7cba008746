/** The process of a Lambda function: loads the module that its first argument names, and answers one message each event. */
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

const Module = z.object({
  handler: z.custom<(event: unknown) => Promise<unknown>>((value) => typeof value === 'function'),
})
const Invocation = z.object({ id: z.int(), event: z.unknown() })

const { handler } = Module.parse(await import(pathToFileURL(process.argv[2] ?? '').href))

process.on('message', async (message) => {
  const { id, event } = Invocation.parse(message)
  try {
    process.send?.({ id, result: (await handler(event)) ?? null })
  } catch (error) {
    const { name, message: text, stack } = error instanceof Error ? error : new Error(String(error))
    // As Lambda's runtime logs it.
    console.error(JSON.stringify({ errorType: name, errorMessage: text, stack }))
    process.send?.({ id, error: { name, message: text } })
  }
})
process.once('disconnect', () => process.exit())
process.send?.({ ready: true })
