import { expect, it } from 'vitest';
import { passkeySiteProblem } from './passkey-site.ts';

it.each([
  ['https://password.example.com', undefined, null],
  ['https://password.example.com', 'password.example.com', null],
  ['https://password.example.com', 'example.com', null],
  ['https://password.example.com:8443', 'example.com', null],
  ['http://localhost:8080', undefined, null],
  ['http://127.0.0.1:8080', undefined, /need a name/],
  ['https://[2001:db8::1]', undefined, /need a name/],
  ['http://password.example.com', undefined, /need https/],
  ['https://password.example.com', 'other.com', /neither/],
  ['https://password.example.com', 'word.example.com', /neither/],
  ['https://password.example.com', 'xample.com', /neither/],
  ['https://password.example.com', 'login.password.example.com', /neither/],
  ['https://password.example.com', 'com', /no domain/],
])('judges %s with RP ID %s', (publicUrl, rpId, problem) => {
  const found = passkeySiteProblem({ organisation: { publicUrl }, factors: { passkey: { attempts: 5, rpId } } } as never);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toMatch(problem);
});
