import { expect, it } from 'vitest';
import { contactAddresses } from './contact-addresses.ts';

const values: Record<string, string[]> = {
  mail: ['alice@example.com ', 'alice@example.com'],
  otherMailbox: ['ALICE@EXAMPLE.com', 'alice@home.example', 'call me', 'a@x.example, b@x.example'],
  proxyAddresses: ['SMTP:alice@example.com', 'smtp:alice@sales.example', 'x500:/o=Example/cn=alice', 'sip:alice@example.com'],
};
const read = (attributes: string[], exceptDomains: string[] = []) =>
  contactAddresses({ attributes, exceptDomains }, (name) => values[name] ?? []);

it('takes the addresses of the configured attributes, each mailbox once, and nothing that is none', () => {
  expect(read(['mail'])).toEqual(['alice@example.com']);
  expect(read(['mail', 'otherMailbox', 'missing'])).toEqual(['alice@example.com', 'alice@home.example']);
  expect(read(['proxyAddresses'])).toEqual(['alice@example.com', 'alice@sales.example']);
});

it('leaves out domains whose mailboxes the forgotten password itself opens, however they are spelt', () => {
  expect(read(['mail', 'otherMailbox'], ['EXAMPLE.com'])).toEqual(['alice@home.example']);
  expect(contactAddresses({ attributes: ['mail'], exceptDomains: ['xn--bcher-kva.example'] }, () => ['a@bücher.example'])).toEqual([]);
  // A domain below it is another one.
  expect(contactAddresses({ attributes: ['mail'], exceptDomains: ['example.com'] }, () => ['a@mail.example.com'])).toHaveLength(1);
});

it('takes none where they do not count, and few of very many', () => {
  expect(contactAddresses(null, () => ['alice@example.com'])).toEqual([]);
  const many = Array.from({ length: 100 }, (_, index) => `a${index}@example.com`);
  expect(contactAddresses({ attributes: ['mail'], exceptDomains: [] }, () => many)).toEqual(many.slice(0, 5));
});
