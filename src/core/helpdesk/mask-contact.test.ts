import { expect, it } from 'vitest';
import { maskContact } from './mask-contact.ts';

it.each([
  ['alice@example.test', 'a•••@e•••.test'],
  ['b@mail.example.co.uk', 'b•••@m•••.uk'],
  ['odd@name@example.test', 'o•••@e•••.test'],
  ['root@localhost', 'r•••@l•••'],
  ['root@', 'r•••@••••'],
  ['\u{1f600}smile@\u{1f600}.test', '\u{1f600}•••@\u{1f600}•••.test'],
  ['@example.test', '••••'],
  ['no address', '••••'],
  ['', '••••'],
])('of the address %j an agent sees %j', (address, seen) => {
  expect(maskContact('email', address)).toBe(seen);
});

it.each([
  ['+4915112345678', '+49 ••• 78'],
  ['+491234', '+49 ••• 34'],
  ['+49123', '••••'],
  ['', '••••'],
])('of the number %j an agent sees %j', (number, seen) => {
  expect(maskContact('sms', number)).toBe(seen);
});

it('of everything else what its owner calls it', () => {
  expect([maskContact('totp', 'My phone'), maskContact('passkey', 'a@b')]).toEqual(['My phone', 'a@b']);
});
