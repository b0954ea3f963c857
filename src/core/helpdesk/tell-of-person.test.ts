import { describe, expect, it } from 'vitest';
import { createTexts } from '../../texts/create-texts.ts';
import type { Account } from '../ports/directory.ts';
import { tellOfPerson } from './tell-of-person.ts';

const texts = createTexts({ folder: 'locales' });
const alice = { directory: 'people', id: 'guid-a', login: 'alice' } as Account;
const ref = { directory: 'people', id: 'guid-a' };
const hidden = { directory: 'cloud', id: 'guid-h' };
const tell = (type: string, facts: object, language = 'en') => tellOfPerson(texts, alice, { type, data: JSON.stringify(facts) }, language);

describe('what happened to a person, as an agent reads it', () => {
  it('is told of the person, and not as if the agent were they', () => {
    expect(tell('journey.proof-accepted', { accounts: [ref], factor: 'email' })).toBe('A proof was right, alice: code by e-mail');
    expect(tell('write.intended', { account: ref, actor: { kind: 'self' }, verb: 'reset-password' })).toBe(
      'The person themselves is about to do for alice: a new password',
    );
    expect(tell('session.opened', { account: ref, factors: ['password'] }, 'de')).toMatch(/^alice hat sich angemeldet/);
  });

  it('says why Keyturn did not do something', () => {
    const withheld = { accounts: [ref], factor: 'email', actor: { kind: 'self' }, reason: 'too-many-messages' };
    expect(tell('journey.code-withheld', withheld)).toContain('(too many messages)');
  });

  it('names nobody else whom it was about, nor why something was so for them', () => {
    for (const told of [
      tell('account.linked', { account: ref, other: hidden }),
      tell('vouch.asked', { account: ref, manager: hidden }),
      tell('journey.started', { accounts: [ref, hidden], goal: 'reset-password' }),
    ]) {
      expect(told).toContain('somebody else');
      expect(told).not.toContain('guid-h');
    }
    const nowhere = {
      goal: 'reset-password',
      reasons: [
        { account: ref, reason: 'not-enrolled' },
        { account: hidden, reason: 'protected' },
      ],
    };
    expect(tell('journey.leads-nowhere', nowhere)).toMatch(/\(too little is set up\)$/);
  });

  it('keeps to itself what other agents and operators have written', () => {
    const opened = { account: ref, action: 'unlock-account', agent: { login: 'grace' }, actor: { kind: 'delegate', login: 'grace' } };
    expect(tell('case.opened', { ...opened, reason: 'sounds drunk' })).toBe('grace opened a case for alice: an unlock');
    const removed = { account: ref, author: 'root', actor: { kind: 'operator' }, factor: 'totp', reason: 'stolen in the park' };
    expect(tell('factor.ended', removed)).toBe('root ended a proof of alice: authenticator app');
  });
});
