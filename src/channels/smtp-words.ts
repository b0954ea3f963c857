import type { Diagnosis } from './smtp-problem.ts';

/** What is wrong with a mail server, or what it said, as a half-sentence about it. In our words: a server may quote what it refused. */
export const SMTP_WORDS: Readonly<Record<Diagnosis['problem'], string>> = {
  unreachable: 'it cannot be reached',
  'name-unknown': 'no DNS knows its name',
  'timed-out': 'it did not answer in time',
  'connection-lost': 'the connection broke off',
  'tls-unknown-ca': 'its certificate is of an authority that is not trusted here',
  'tls-wrong-name': 'its certificate is for another name',
  'tls-expired': 'its certificate is past its end',
  'tls-failed': 'no encrypted connection came about',
  'tls-not-spoken': 'it does not begin with TLS on this port',
  'starttls-missing': 'it does not offer STARTTLS',
  'authentication-failed': 'it refuses user or password',
  'secret-missing': 'there is no password at the place that is named for it',
  'ca-file-unreadable': 'the file of its authority cannot be read',
  'ca-file-unusable': 'the file of its authority holds none',
  'plain-password-refused': 'a password is not sent in clear to another machine',
  'sender-refused': 'it refuses the sender',
  'session-refused': 'it does not talk to this machine',
  'temporary-failure': 'it is busy or full',
  protocol: 'what answers there is no mail server',
  'smtputf8-missing': 'it does not take an address with letters outside of ASCII',
  'recipient-deferred': 'it takes nothing for this recipient at present',
  'recipient-refused': 'it refuses the recipient',
  'content-refused': 'it refuses the message',
  'content-too-large': 'the message is too large for it',
};
