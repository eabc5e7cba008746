import { type Engine, type EngineOptions, openEngine } from './engine.ts'

/** Does something with an engine on a device, which ends with it. */
export async function withEngine<Result>(
  { device, threads }: EngineOptions,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = openEngine({ device, threads })
  try {
    return await use(engine)
  } finally {
    await engine.close()
  }
}
