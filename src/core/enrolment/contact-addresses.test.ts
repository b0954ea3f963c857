import { expect, it } from 'vitest';
import { contactAddresses, contactNumbers } from './contact-addresses.ts';

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

const numbers: Record<string, string[]> = {
  mobile: ['0151 23456001', '+49 (151) 23456001', '+43 660 1234567'],
  otherMobile: ['ask the secretary', '030 123456', '+49 900 1234567', '+49151 23456002 ext. 3', '00491512345600', '+4915123456003'],
};
const telephones = (attributes: string[], countries: string[]) => contactNumbers({ attributes, countries }, (name) => numbers[name] ?? []);

it('takes mobile numbers of the countries that count, each once, and nothing that costs or is none', () => {
  expect(telephones(['mobile', 'missing'], ['DE'])).toEqual(['+4915123456001']);
  expect(telephones(['otherMobile', 'mobile'], ['DE'])).toEqual(['+4915123456003', '+4915123456001']);
  // Of several countries a number without + would be a guess.
  expect(telephones(['mobile'], ['AT', 'DE'])).toEqual(['+4915123456001', '+436601234567']);
  expect(contactNumbers(null, () => ['+4915123456001'])).toEqual([]);
  const many = Array.from({ length: 100 }, (_, index) => `+49151${23_456_100 + index}`);
  expect(contactNumbers({ attributes: ['mobile'], countries: ['DE'] }, () => many)).toEqual(many.slice(0, 5));
});
