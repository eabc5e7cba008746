import { BlockList, isIP } from 'node:net'

/**
 * What an IP address leads to. `public`: the internet. `private`: this machine, a network that is not reachable from outside,
 * or nothing that is assigned. `never`: what no image ever comes from, whoever allows what, above all the address at which
 * clouds hand credentials to their machines.
 */
export type AddressKind = 'public' | 'private' | 'never'

type Subnet = readonly [network: string, prefix: number]

function listOf(type: 'ipv4' | 'ipv6', subnets: readonly Subnet[], list = new BlockList()): BlockList {
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, type)
  return list
}

/** A list of IPv4 holds for IPv6 addresses that map one (`::ffff:10.0.0.1`), too. */
const never = listOf(
  'ipv6',
  [
    ['::', 128],
    ['fe80::', 10],
    ['ff00::', 8],
    // Credentials of machines at AWS; the same by way of NAT64, with all of 169.254.0.0/16.
    ['fd00:ec2::', 32],
    ['64:ff9b::a9fe:0', 112],
  ],
  listOf('ipv4', [
    ['0.0.0.0', 8],
    // Link-local: credentials and settings of machines at AWS, Azure, Google and others stand at 169.254.169.254.
    ['169.254.0.0', 16],
    ['224.0.0.0', 4],
    ['255.255.255.255', 32],
    // The same as above at Alibaba, Oracle, and Azure, outside of link-local networks.
    ['100.100.100.200', 32],
    ['192.0.0.192', 32],
    ['168.63.129.16', 32],
  ]),
)

/** IANA's registry of IPv4 addresses for special purposes, with those that are reserved. */
const privateIpv4 = listOf('ipv4', [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['240.0.0.0', 4],
])

/**
 * All that is assigned to the internet. Loopback, unique-local addresses, those that hold an IPv4 address (mapped, NAT64) and
 * whatever may be thought up later lie outside.
 */
const globalIpv6 = listOf('ipv6', [['2000::', 3]])

/** Of these, what is for special purposes: protocols (Teredo among them), documentation, 6to4, which holds IPv4 addresses. */
const specialIpv6 = listOf('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

/**
 * Says where an IP address leads.
 * @param address as resolvers give it, with or without a zone (`fe80::1%eth0`)
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function kindOfAddress(address: string): AddressKind {
  const [bare = ''] = address.split('%')
  const family = isIP(bare)
  if (family === 0) return 'never'
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (never.check(bare, type)) return 'never'
  if (family === 4) return privateIpv4.check(bare, type) ? 'private' : 'public'
  return globalIpv6.check(bare, type) && !specialIpv6.check(bare, type) ? 'public' : 'private'
}
