import type { Diagnosis } from './smtp-problem.ts';

/** What an operator does about each problem of a mail server, as `shared/fix-text.ts` has it. */
export const SMTP_FIXES: Readonly<Record<Diagnosis['problem'], string>> = {
  unreachable: 'Check host and port of the server, that it runs, and firewalls between here and there',
  'name-unknown': 'Check host, and the DNS of this machine',
  'timed-out': 'Check that no firewall drops the connection, and that security fits the port: starttls for 587, tls for 465',
  'connection-lost': 'Look into the log of the mail server: it, or something in between, closed the connection',
  'tls-unknown-ca': 'Name the PEM file of the authority that signed its certificate in caFile of the server',
  'tls-wrong-name': 'Write host with a name that is in the certificate of the server',
  'tls-expired': 'Install a new certificate on the mail server; if it was renewed just now, check the clocks',
  'tls-failed': 'Check that the server speaks TLS 1.2 or later',
  'tls-not-spoken': 'Set security to starttls, or use port 465',
  'starttls-missing': 'Turn STARTTLS on at the server, or set security to tls and use port 465',
  'authentication-failed': 'Check user and password of the server, and that it offers authentication on this port',
  'secret-missing': 'Make password of the server a reference that leads to something: env:NAME or file:/absolute/path',
  'ca-file-unreadable': 'Make the file of caFile readable for Keyturn, or correct its path',
  'ca-file-unusable': 'Put the certificate of the authority into the file of caFile, as PEM text',
  'plain-password-refused': 'Set security to starttls or tls: a password is not sent in clear to another machine',
  'sender-refused': 'Let the account of the server send as mail.from, or change mail.from',
  'session-refused': 'Allow this machine at the mail server, or give user and password',
  'temporary-failure': 'Nothing to do while it passes: the server is busy or full',
  protocol: 'Check host and port: what answers there is no mail server',
  'smtputf8-missing': 'Use another address for this person, or a mail server with SMTPUTF8',
  'recipient-deferred': 'Nothing to do while it passes: the mailbox is full, or its server is greylisting or away',
  'recipient-refused': 'Check the address of the recipient in the directory',
  'content-refused': 'Look into the log of the mail server why it refused the message',
  'content-too-large': 'Raise the size limit of the mail server',
};
