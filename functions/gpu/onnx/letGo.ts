/**
 * Gives the memory of large arrays back at once: they are empty afterwards, and so is all that shares their memory. The
 * collector sees only the small objects in front of it, and may come hundreds of megabytes late. Before Node 21, which
 * cannot do this, it is left to the collector.
 */
export function letGo(arrays: Iterable<ArrayBufferView>): void {
  for (const { buffer } of arrays)
    if (buffer instanceof ArrayBuffer && buffer.byteLength > 0 && 'transfer' in buffer) buffer.transfer(0)
}
