import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { labelStudioProgram } from '../../../scripts/label-studio-environment.ts'

const Masks = z.array(z.base64())

const source = `
import base64, json, sys
from label_studio_sdk.converter.brush import decode_rle
masks = [decode_rle(rle).reshape(-1, 4)[:, 3] for rle in json.load(sys.stdin)]
print(json.dumps([base64.b64encode((mask > 127).astype('uint8').tobytes()).decode() for mask in masks]))
`

/**
 * Brush masks as Label Studio's own Python decoder, another implementation than the editor's, unpacks them for exports.
 * @param masks bytes of `rle`
 * @returns for each mask a byte of 0 or 1 per pixel
 * @throws Error with what Python wrote
 */
export async function decodeByServer(masks: readonly (readonly number[])[]): Promise<readonly Uint8Array[]> {
  const python = join(dirname(labelStudioProgram()), 'python')
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(python, ['-c', source], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`Label Studio's decoder failed: ${stderr}`)),
    )
    child.stdin?.end(JSON.stringify(masks))
  })
  return Masks.parse(JSON.parse(output)).map((mask) => new Uint8Array(Buffer.from(mask, 'base64')))
}
