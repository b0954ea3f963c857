import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { accountsIn, termFor, termNumber, termsOf } from './event-terms.ts';
import { factsOf } from './facts-of.ts';

const alice = { directory: 'people', id: 'guid-a' };
const bob = { directory: 'partners', id: 'guid-b' };
const frida = { directory: 'people', id: 'guid-f' };
const of = (facts: Record<string, unknown>, type = 'of.tomorrow') => termsOf({ type, data: JSON.stringify(facts) }).toSorted();
const about = (...accounts: (typeof alice)[]) =>
  [...new Set(accounts.flatMap((account) => [termFor.account(account), termFor.directory(account.directory)]))].toSorted();

describe('what an event is found by', () => {
  it('is its group, where this release knows one', () => {
    expect(of({}, 'case.opened')).toEqual([termFor.group('helpdesk')]);
    expect(of({})).toEqual([]);
  });

  it('is every account that it is about, wherever it stands in it, each once', () => {
    expect(of({ account: alice })).toEqual(about(alice));
    expect(of({ accounts: [alice, alice, bob] })).toEqual(about(alice, bob));
    expect(of({ reasons: [{ reason: 'no-role', account: bob }, { account: null }], whom: { deep: { inside: alice } } })).toEqual(
      about(alice, bob),
    );
  });

  it('is no account where a part of one is missing, or is something else', () => {
    for (const none of [
      { directory: 'people' },
      { id: 'guid-a' },
      { directory: 'people', id: 7 },
      { directory: null, id: 'guid-a' },
      'people/guid-a',
      null,
      7,
    ])
      expect(of({ account: none, other: [none] }), JSON.stringify(none)).toEqual([]);
  });

  it('is who acted, helped, vouched or was relied on, as a part that they had in it, and not as one it is about', () => {
    for (const part of ['agent', 'receipt', 'backing']) {
      expect(of({ account: alice, [part]: { account: frida, deeper: { account: bob } } }), part).toEqual(
        [...about(alice), termFor.part(frida), termFor.part(bob)].toSorted(),
      );
    }
    expect(of({ actor: { kind: 'delegate', account: 'people/guid-f' } })).toEqual([termFor.part(frida)]);
  });

  it('is the account of who acted, whose id has whatever a directory gives', () => {
    const id = 'cn=x/y,dc=z\nsecond line';
    expect(of({ actor: { account: `people/${id}` } })).toEqual([termFor.part({ directory: 'people', id })]);
    for (const none of ['', 'people', 'people/', '/guid-f', '/guid-f/x', 7, null, undefined, true, ['people/guid-f']])
      expect(of({ actor: { account: none } }), String(none)).toEqual([]);
    for (const actor of [null, 'people/guid-f', 7, {}]) expect(of({ actor }), JSON.stringify(actor)).toEqual([]);
  });

  it('is the name of who gave the command, acted or helped, however it is written', () => {
    expect(of({ author: ' Root ' })).toEqual([termFor.author('root')]);
    expect(of({ actor: { login: 'FRIDA' } })).toEqual([termFor.author('frida')]);
    expect(of({ agent: { login: 'mu\u0308ller' } })).toEqual([termFor.author('MÜLLER')]);
    expect(of({ author: 'a', actor: { login: 'b' }, agent: { login: 'c' } })).toEqual(['a', 'b', 'c'].map(termFor.author));
    for (const none of [7, null, {}, ['frida']]) expect(of({ author: none, actor: { login: none }, agent: { login: none } })).toEqual([]);
    expect(of({ agent: null, actor: 'frida' })).toEqual([]);
  });

  it('is the digest of the name that was typed', () => {
    expect(of({ nameDigest: 'abc' })).toEqual([termFor.typedName('abc')]);
    expect(of({ nameDigest: 7 })).toEqual([]);
  });

  it('is nothing but its group once what it says was erased', () => {
    expect(termsOf({ type: 'case.opened', data: '' })).toEqual([termFor.group('helpdesk')]);
    expect(factsOf('')).toEqual({});
    expect(factsOf('{"a":1}')).toEqual({ a: 1 });
  });
});

describe('a term', () => {
  // The index of every installation was filled by these: another spelling would find nothing of what has been.
  it('is spelled as it always was', () => {
    expect(termFor.account(alice)).toBe('account\0people\0guid-a');
    expect(termFor.part(alice)).toBe('part\0people\0guid-a');
    expect(termFor.directory('people')).toBe('directory\0people');
    expect(termFor.author('  Mu\u0308ller ')).toBe('author\0müller');
    expect(termFor.group('proof')).toBe('group\0proof');
    expect(termFor.typedName('abc')).toBe('typed-name\0abc');
  });

  it('is kept as the first 48 bits of its SHA-256, which a number holds exactly', () => {
    for (const term of ['', 'group\0proof', termFor.account(alice), termFor.author('müller')]) {
      const number = termNumber(term);
      expect(number).toBe(Number.parseInt(createHash('sha256').update(term).digest('hex').slice(0, 12), 16));
      expect(Number.isSafeInteger(number)).toBe(true);
    }
  });
});

describe('accounts in an event', () => {
  it('are told with nothing that stands beside them, in the order in which they stand', () => {
    expect(accountsIn({ first: { ...bob, login: 'bob' }, others: [alice, { ...bob }] })).toEqual([bob, alice]);
  });

  it('are found in an account as well', () => {
    expect(accountsIn({ ...alice, linked: bob })).toEqual([alice, bob]);
  });

  it.each([undefined, null, 'people/guid-a', 7, [], {}])('are none in %j', (value) => {
    expect(accountsIn(value)).toEqual([]);
  });
});
