import { openFileStore } from '../integrations/storage/fs.ts'
import type { Store } from '../integrations/storage/index.ts'

/**
 * Opens the store at an address: `s3://bucket`, or a folder. The SDK finds region and credentials in the environment.
 * @throws StorageError
 */
export async function openStore(address: string): Promise<Store> {
  const bucket = /^s3:\/\/([^/]+)\/?$/.exec(address)?.[1]
  if (bucket === undefined) return openFileStore(address)
  const [{ S3Client }, { openS3Store }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../integrations/storage/s3.ts'),
  ])
  return openS3Store({ client: new S3Client({}), bucket })
}
