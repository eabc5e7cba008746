import type { Store } from '../integrations/storage/index.ts'

/**
 * Opens the store at an address: `s3://bucket`, or a folder. The SDK finds region and credentials in the environment.
 * Either driver is loaded only where it is wanted: functions in the cloud start faster without the other.
 * @throws StorageError
 */
export async function openStore(address: string): Promise<Store> {
  const bucket = /^s3:\/\/([^/]+)\/?$/.exec(address)?.[1]
  if (bucket === undefined) {
    const { openFileStore } = await import('../integrations/storage/fs.ts')
    return openFileStore(address)
  }
  const [{ S3Client }, { openS3Store }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../integrations/storage/s3.ts'),
  ])
  return openS3Store({ client: new S3Client({}), bucket })
}
