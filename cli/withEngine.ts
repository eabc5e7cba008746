import type { Device } from '../functions/gpu/onnx/device.ts'
import { type Engine, openEngine } from '../functions/gpu/onnx/engine.ts'

/** Does something with an engine on a device, which ends with it. */
export async function withEngine<Result>(
  { device, threads }: { readonly device: Device; readonly threads: number | undefined },
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = openEngine({ device, ...(threads === undefined ? {} : { threads }) })
  try {
    return await use(engine)
  } finally {
    await engine.close()
  }
}
