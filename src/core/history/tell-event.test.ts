import { describe, expect, it } from 'vitest';
import { EMERGENCY_AUTHOR } from '../../../shared/emergency-author.ts';
import { createTexts } from '../../texts/create-texts.ts';
import type { AccessRefusal } from '../access/can.ts';
import { EVENT_GROUPS } from '../audit/event-groups.ts';
import type { DecoyReason, WithheldReason } from '../audit/events.ts';
import type { CaseEnd } from '../helpdesk/help-case.ts';
import type { SessionEnd } from '../ports/session-store.ts';
import { tellEvent } from './tell-event.ts';

const texts = createTexts({ folder: 'locales' });
const alice = { directory: 'people', id: 'guid-a' };
const frida = { directory: 'people', id: 'guid-f' };
const nameOf = ({ id }: { id: string }) => (id === 'guid-a' ? 'alice' : null);
const tell = (type: string, facts: Record<string, unknown>, language = 'en') => tellEvent(texts, { type, facts }, nameOf, language);

/** Every reason that the program itself writes down, by its code. */
const REASONS: Record<AccessRefusal | DecoyReason | WithheldReason | CaseEnd | SessionEnd, true> & Record<string, true> = {
  'account-closed': true,
  'account-disabled': true,
  'account-expired': true,
  'account-protected': true,
  acted: true,
  'actor-barred': true,
  'by-agent': true,
  'database-restored': true,
  'directory-trouble': true,
  'emergency-retired': true,
  'ended-elsewhere': true,
  expired: true,
  'factors-changed': true,
  'leads-nowhere': true,
  'more-rights': true,
  'no-role': true,
  'not-approved': true,
  'not-enrolled': true,
  'not-known': true,
  'not-me': true,
  'not-my-call': true,
  'not-vouched': true,
  'nothing-accepted': true,
  oneself: true,
  'out-of-scope': true,
  'password-changed': true,
  'password-not-used': true,
  protected: true,
  'provider-signed-out': true,
  'recovery-frozen': true,
  replaced: true,
  'role-lost': true,
  'signed-out': true,
  'threat-raised': true,
  'too-many-messages': true,
  'too-many-texts': true,
  'too-many-tries': true,
  'unknown-account': true,
};

describe('an event in words', () => {
  it.each(['en', 'de'])('has a sentence of its own for every type in %s', (language) => {
    const told = Object.keys(EVENT_GROUPS).map((type) => [type, tell(type, {}, language)] as const);
    const unknown = tell('of.tomorrow', {}, language);
    expect(unknown).toContain('of.tomorrow');
    for (const [type, sentence] of told) {
      expect(sentence, type).not.toContain(type);
      expect(sentence, type).not.toMatch(/[{}]|history\./);
      expect(sentence.length, type).toBeGreaterThan(10);
    }
    expect(new Set(told.map(([, sentence]) => sentence.replace(/: .*/, ''))).size).toBeGreaterThan(told.length * 0.9);
  });

  it('says who, whom, what and why', () => {
    expect(tell('journey.started', { goal: 'reset-password', accounts: [alice] })).toBe('Somebody began for alice: a new password');
    expect(tell('journey.started', { goal: 'reset-password', accounts: [] })).toBe('Somebody began for an unknown name: a new password');
    expect(tell('factor.ended', { account: alice, author: 'root', factor: 'totp', reason: 'phone lost' })).toBe(
      'root ended a proof of alice: authenticator app (“phone lost”)',
    );
    expect(tell('emergency.refused', { code: 'emergency.link-invalid' })).not.toContain('emergency.link-invalid');
    expect(tell('person.seen', { account: alice, actor: { kind: 'delegate', login: 'frida' } })).toBe('frida looked at alice');
    const emergency = { author: EMERGENCY_AUTHOR, actor: { kind: 'emergency', id: 'e1' } };
    for (const [language, who] of [
      ['en', 'An emergency administrator'],
      ['de', 'Eine Notfallverwaltung'],
    ])
      expect(tell('threat.raised', emergency, language), language).toMatch(new RegExp(`^${who} `));
    // Whose name the directory does not tell is told by what never changes.
    expect(tell('case.opened', { account: frida, action: 'unlock-account', agent: { login: 'carol' } }, 'de')).toBe(
      'carol hat einen Fall für guid-f eröffnet: Entsperren',
    );
    expect(
      tell('access.refused', {
        actor: { kind: 'delegate', login: 'frida' },
        reasons: [
          { account: alice, action: 'unlock-account', reason: 'no-role' },
          { account: alice, action: 'reset-password', reason: 'no-role' },
        ],
      }),
    ).toBe('frida asked for what no role allows, for alice (no role that allows it)');
  });

  it.each(['en', 'de'])('says in words of %s why, of each why that the log knows', (language) => {
    for (const reason of Object.keys(REASONS)) {
      const told = tell('recovery.frozen', { account: alice, actor: { kind: 'self' }, reason }, language);
      expect(told).toMatch(/ \(.*\)$/);
      expect(told, reason).not.toContain(`(${reason})`);
    }
    // What somebody wrote, or another program will write, is told as it is.
    expect(tell('recovery.frozen', { account: alice, reason: 'of-tomorrow' }, language)).toContain('(of-tomorrow)');
  });

  it('takes what somebody wrote as what it is', () => {
    expect(tell('factor.ended', { account: alice, author: 'root', factor: 'totp', reason: '{{who}} $t(nobody) <b>' })).toContain('<b>');
  });
});
