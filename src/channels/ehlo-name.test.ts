import { expect, it } from 'vitest';
import { ehloName } from './ehlo-name.ts';

it.each([
  ['the setting', 'mx-client.example.com', 'https://portal.example.com', 'it@example.com', 'mx-client.example.com'],
  ['the setting, in ASCII', 'postfach.müller.example', 'https://portal.example.com', 'it@example.com', 'postfach.xn--mller-kva.example'],
  ['the host of the portal', undefined, 'https://portal.example.com:8443/', 'it@mail.example', 'portal.example.com'],
  ['the host of the portal, in ASCII', undefined, 'https://portal.müller.example', 'it@mail.example', 'portal.xn--mller-kva.example'],
  ['the domain of the sender where the host has no dot', undefined, 'http://portal:3000', 'it@example.com', 'example.com'],
  ['the domain of the sender where the host is this machine', undefined, 'http://keyturn.localhost', 'it@example.com', 'example.com'],
  ['the domain of the sender where the host is an address', undefined, 'http://192.0.2.7', 'it@example.com', 'example.com'],
  [
    'the domain of the sender where the host is an IPv6 address',
    undefined,
    'http://[2001:db8::1]',
    'it@bücher.example',
    'xn--bcher-kva.example',
  ],
])('greets with %s', (_name, configured, publicUrl, sender, expected) => {
  expect(ehloName(configured, publicUrl, sender)).toBe(expected);
});
