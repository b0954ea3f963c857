import type { ErrorCode } from '../../shared/errors.ts';
import { withLines } from '../../shared/fix-text.ts';
import type { Explanation } from './explanation.ts';

/** The part of the explanations that is about tokens of programs, and about a provider that signs people in. */
export const TOKEN_EXPLANATIONS = {
  'openid.not-configured': {
    meaning: 'No provider of OpenID Connect is configured',
    fix: 'Set signIn.openIdConnect, or call something else',
  },
  'openid.unavailable': {
    meaning: 'The provider of OpenID Connect does not answer, or its documents cannot be read',
    fix: 'See that the node reaches signIn.openIdConnect.issuer; the log says what was in the way',
  },
  'openid.refused': {
    meaning: 'What the provider says does not hold, or lets nobody in here',
    fix: withLines('The audit log has the reason', 'keyturn audit list'),
  },
  'openid.expired': {
    meaning: 'A sign-in at the provider took too long, or came back in another browser than it was begun in',
    fix: 'Sign in again',
  },
  'token.invalid': {
    meaning: 'What was given as a token is none: it is cut, or was never made here',
    fix: withLines('Compare it with what was shown when it was made, or make another one', 'keyturn token list'),
  },
  'token.ended': {
    meaning: 'The token is past its end, or was revoked',
    fix: withLines('Make another one', 'keyturn token create --name NAME --scope SCOPE'),
  },
  'token.not-allowed': {
    meaning: 'The scopes of the token do not allow this',
    fix: 'The API reference says which scope each call needs. Make a token that has it',
  },
  'token.needs-person': {
    meaning: 'This is for people who are signed in: no token may do it',
    fix: 'Call it in a session of somebody who may',
  },
  'token.refused': { meaning: 'A token cannot be made so', fix: 'Correct what the details name' },
  'token.name-taken': {
    meaning: 'Another token has this name and is not revoked, though it may be past its end',
    fix: withLines('Choose another name, or revoke that one', 'keyturn token revoke NAME'),
  },
  'token.unknown': {
    meaning: 'There is no such token, or it was revoked',
    fix: withLines('See which ones there are', 'keyturn token list'),
  },
} satisfies Partial<Record<ErrorCode, Explanation>>;
