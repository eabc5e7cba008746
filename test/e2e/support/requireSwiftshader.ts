import { requireSwiftshader } from './swiftshader.ts'

/** Before the first WebGPU test: a machine without SwiftShader fails here, with the remedy, instead of in every test. */
export default function setup(): void {
  requireSwiftshader()
}
