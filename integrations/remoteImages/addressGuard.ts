import type { LookupAddress } from 'node:dns'
import { lookup as lookupInSystem } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { kindOfAddress } from './addressKind.ts'
import { RemoteImageError } from './errors.ts'
import { shown } from './imageAddress.ts'

/** All addresses of a host's name. Fails as `dns.promises.lookup` does. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export interface AddressGuard {
  /**
   * @throws RemoteImageError where the host is an IP address that may not be connected to: connections to such a one look
   *   nothing up
   */
  check(url: URL): void
  /**
   * Looks names up for a connection and passes on only what was checked, so that no second answer of a name server can
   * replace the first one. One forbidden address among several forbids the name.
   */
  lookupFor(url: URL): LookupFunction
}

export const resolveInSystem: Resolve = (host) => lookupInSystem(host, { all: true })

/**
 * Keeps connections away from addresses that are not on the internet.
 * @param allowPrivate whether private networks and this machine may be connected to, too
 */
export function guardAddresses(allowPrivate: boolean, resolve: Resolve = resolveInSystem): AddressGuard {
  const checkAll = (url: URL, addresses: readonly string[]): void => {
    const kinds = addresses.map(kindOfAddress)
    if (kinds.includes('never')) throw new RemoteImageError(`${shown(url)} ${refusals.never}`)
    if (!allowPrivate && kinds.includes('private')) throw new RemoteImageError(`${shown(url)} ${refusals.private}`)
  }
  return {
    check(url) {
      // `URL` writes IPv4 addresses in the one usual way, however they were spelled, and IPv6 addresses in brackets.
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) !== 0) checkAll(url, [host])
    },
    lookupFor: (url) => (host, options, answer) => {
      const look = async (): Promise<readonly LookupAddress[]> => {
        const found = await resolve(host)
        checkAll(
          url,
          found.map(({ address }) => address),
        )
        return found
      }
      look().then(
        (found) => {
          const [first] = found
          if (first === undefined) answer(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '')
          else if (options.all === true) answer(null, [...found])
          else answer(null, first.address, first.family)
        },
        (error: unknown) => answer(error instanceof Error ? error : new Error('no address'), ''),
      )
    },
  }
}

const refusals = {
  never: 'leads to an address that images are never fetched from. Give one that is reachable from the internet.',
  private:
    'leads to this machine or a private network, from which images are not fetched. Upload the image instead, or let whoever ' +
    'runs this server allow private addresses.',
} as const
