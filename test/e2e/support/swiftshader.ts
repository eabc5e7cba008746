import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where Debian's `chromium` package puts its own Vulkan loader and SwiftShader, a Vulkan device in software. */
const chromiumFolder = '/usr/lib/chromium'
const loader = 'libvulkan.so.1'
const driver = 'vk_swiftshader_icd.json'

/** A machine without what the WebGPU tests need. */
export class SwiftshaderMissingError extends Error {
  override readonly name = 'SwiftshaderMissingError'
  constructor(missing: readonly string[]) {
    super(
      `the WebGPU tests need SwiftShader, a graphics device in software: ${missing.join(' and ')} missing; ` +
        "install Debian's chromium package (apt-get install chromium)",
    )
  }
}

/**
 * The environment in which a **new** process finds SwiftShader as its one Vulkan device, so that ONNX Runtime's `webgpu`
 * provider runs on a machine without graphics hardware: right results, no measure of speed. Both variables must be
 * there when the process starts: the system's linker reads `LD_LIBRARY_PATH` (chromium brings its own Vulkan loader,
 * which the system does not know) no later, and a worker thread's own `process.env` never reaches the driver.
 * @example spawn(process.execPath, ['program.ts'], { env: { ...process.env, ...swiftshaderEnvironment() } })
 */
export function swiftshaderEnvironment(
  folder: string = chromiumFolder,
  libraryPath: string | undefined = process.env.LD_LIBRARY_PATH,
): { LD_LIBRARY_PATH: string; VK_DRIVER_FILES: string; VK_ICD_FILENAMES: string } {
  const file = join(folder, driver)
  const known = (libraryPath ?? '').split(':').filter((path) => path !== '' && path !== folder)
  return {
    LD_LIBRARY_PATH: [folder, ...known].join(':'),
    VK_DRIVER_FILES: file,
    // The name of the same variable for Vulkan loaders before 1.3.207.
    VK_ICD_FILENAMES: file,
  }
}

/** @throws {SwiftshaderMissingError} naming the files that are not there */
export function requireSwiftshader(folder: string = chromiumFolder): void {
  const missing = [loader, driver].map((file) => join(folder, file)).filter((file) => !existsSync(file))
  if (missing.length > 0) throw new SwiftshaderMissingError(missing)
}
