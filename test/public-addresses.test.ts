import { expect, test } from '@jest/globals';
import { isPrivateLiteral, isPublicAddress } from '../src/public-addresses.js';

test.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '93.184.216.34',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ['this network', '0.0.0.0', '0.255.255.255'],
  [
    'private use',
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
  ],
  ['carrier-grade NAT', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.1', '127.255.255.255', '::1'],
  ['link-local', '169.254.169.254', 'fe80::1', 'febf::1'],
  [
    'documentation and benchmarks',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '2001:db8::1',
    '3fff::1',
  ],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
  ['reserved', '240.0.0.1', '255.255.255.255', '4000::1'],
  ['unspecified', '::'],
  ['unique-local', 'fc00::1', 'fdff:ffff::1'],
  ['mapped IPv4', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  ['translated IPv4', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001:0:7f00:1::', '::127.0.0.1'],
  ['no address', '', 'example.com', '127.1', '1.1.1.1 ', '[::1]'],
])('%s is not public', (_, ...addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([]);
});

test('the host of a URL that is a name is left to the look-up', () => {
  const hosts = [
    'http://example.com',
    'http://localhost',
    'http://10.example.com',
    'http://1.1.1.1',
    'http://[2606:4700::1]',
  ];
  expect(hosts.filter((url) => isPrivateLiteral(new URL(url).hostname))).toEqual([]);
});

test('the host of a URL that is a private address is known in every spelling', () => {
  const hosts = [
    '10.1',
    '0xa.1',
    '167772161',
    '012.0.0.1',
    '[fe80::1]',
    '[::ffff:a00:1]',
    '[::FFFF:10.0.0.1]',
    '10.0.0.1.',
  ];
  expect(hosts.filter((host) => !isPrivateLiteral(new URL(`http://${host}/`).hostname))).toEqual([]);
});
