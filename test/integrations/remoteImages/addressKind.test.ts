import { describe, expect, test } from 'vitest'
import { kindOfAddress } from '../../../integrations/remoteImages/addressKind.ts'

describe('an address is', () => {
  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
    '2001:4860:4860::8888',
  ])('public: %s', (address) => {
    expect(kindOfAddress(address)).toBe('public')
  })

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared by customers of a provider', '100.64.0.1'],
    ['shared by customers of a provider', '100.127.255.255'],
    ['for benchmarks', '198.19.255.255'],
    ['for documentation', '192.0.2.1'],
    ['for documentation', '203.0.113.9'],
    ['for documentation', '2001:db8::1'],
    ['for documentation', '3fff::1'],
    ['reserved', '240.0.0.1'],
    ['unique-local', 'fc00::1'],
    ['unique-local', 'fd12:3456:789a::1'],
    ['IPv4 mapped to IPv6', '::ffff:127.0.0.1'],
    ['IPv4 mapped to IPv6', '::ffff:a00:1'],
    ['IPv4 mapped to IPv6', '::ffff:1.1.1.1'],
    ['IPv4 in IPv6, as of old', '::127.0.0.1'],
    ['NAT64', '64:ff9b::10.0.0.1'],
    ['NAT64', '64:ff9b::1.1.1.1'],
    ['NAT64 of one network', '64:ff9b:1::1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:53aa:64c:0:0:80ff:fffe'],
    ['once site-local', 'fec0::1'],
  ])('private where it is %s: %s', (_, address) => {
    expect(kindOfAddress(address)).toBe('private')
  })

  test.each([
    ['where clouds hand out credentials', '169.254.169.254'],
    ['where containers get credentials', '169.254.170.2'],
    ['the same, mapped to IPv6', '::ffff:169.254.169.254'],
    ['the same, mapped and in hexadecimal digits', '::ffff:a9fe:a9fe'],
    ['the same, by way of NAT64', '64:ff9b::169.254.169.254'],
    ['the same at AWS in IPv6', 'fd00:ec2::254'],
    ['the same at Alibaba', '100.100.100.200'],
    ['the same at Oracle', '192.0.0.192'],
    ['the same at Azure', '168.63.129.16'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.250'],
    ['multicast', 'ff02::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '0.1.2.3'],
    ['unspecified', '::'],
    ['unspecified, mapped to IPv6', '::ffff:0.0.0.0'],
    ['broadcast', '255.255.255.255'],
    ['none', 'example.org'],
    ['none', '127.1'],
    ['none', ''],
  ])('never connected to where it is %s: %s', (_, address) => {
    expect(kindOfAddress(address)).toBe('never')
  })
})
