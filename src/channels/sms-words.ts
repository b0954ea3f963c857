import type { SmsProblem } from './sms-answer.ts';

/**
 * What is wrong with a gateway, or what it answered, as a half-sentence about it, and what an operator does about it as
 * `shared/fix-text.ts` has it. Nothing of its own words: an answer may hold the number, the text or a key.
 */
export const SMS_WORDS: Readonly<Record<SmsProblem, { readonly words: string; readonly fix: string }>> = {
  unreachable: {
    words: 'it cannot be reached',
    fix: 'Check url of the gateway, that it runs, and firewalls between here and there',
  },
  'name-unknown': { words: 'no DNS knows its name', fix: 'Check the host in url, and the DNS of this machine' },
  'timed-out': {
    words: 'it did not answer in time',
    fix: 'Check that no firewall drops the connection, or raise timeoutSeconds of the gateway',
  },
  'connection-lost': { words: 'the connection broke off', fix: 'Look at the gateway whether it took the text' },
  'tls-failed': {
    words: 'no encrypted connection came about',
    fix: 'Name the PEM file of the authority that signed its certificate in caFile of the gateway, or correct the host in url',
  },
  'secret-missing': {
    words: 'there is no secret at a place that is named for it',
    fix: 'Make key, password and the secrets of headers references that lead to something: env:NAME or file:/absolute/path',
  },
  'ca-file-unusable': {
    words: 'the file of its authority cannot be read, or holds none',
    fix: 'Put the certificate of the authority into the file of caFile, as PEM text',
  },
  redirected: { words: 'it sends calls to another address', fix: 'Write the address to which it redirects in url of the gateway' },
  'not-allowed': {
    words: 'it does not let us call it so',
    fix: 'Check url, method, headers, user and the secrets of the gateway against the description of its API',
  },
  busy: {
    words: 'it takes nothing at present',
    fix: 'Nothing to do while it passes; else ask the provider about the limits of the account',
  },
  'refused-by-gateway': {
    words: 'it refuses this text',
    fix: 'Check the number, the sender and the body of the call: the provider tells in its log what it refused',
  },
  'failed-by-gateway': { words: 'it failed', fix: 'Nothing to do while it passes; else ask the provider' },
  'answer-not-success': {
    words: 'it answered, and not what success of the gateway asks for',
    fix: 'Look into the log of the provider, and compare success with the description of its API',
  },
  'answer-unreadable': {
    words: 'what it answered is not what success of the gateway looks into',
    fix: 'Compare success with the description of its API, and look whether a proxy answers in its place',
  },
  'answer-too-large': { words: 'its answer is longer than 64 kB', fix: 'Check url of the gateway: what answers there may be a page' },
};
