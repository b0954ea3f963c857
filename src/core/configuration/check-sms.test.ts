import { expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';

const production: CheckContext = {
  demo: false,
  secretProblem: (reference) => (reference === 'env:ABSENT' ? 'the environment variable is not set' : null),
  authorityFileProblem: (path) => (path.startsWith('/absent') ? 'the file does not exist' : null),
  sectionProblems: () => [],
};
const good = {
  name: 'one',
  url: 'https://sms.example.com/v1/messages',
  json: { to: '{{number}}', text: '{{text}}' },
  success: { pointer: '/status', equals: ['queued'] },
};

function found(sms: unknown, context = production): string[] {
  const document = {
    version: 1,
    organisation: { publicUrl: 'https://password.example.com' },
    directories: [
      {
        id: 'main',
        label: 'Main',
        kind: 'openldap',
        servers: [{ url: 'ldaps://ldap.example.com:636' }],
        baseDn: 'dc=example,dc=com',
        serviceAccount: { name: 'cn=keyturn,dc=example,dc=com', password: 'env:LDAP_PASSWORD' },
      },
    ],
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host: 'mail.example.com' }] },
    sms,
  };
  return checkConfiguration(document, context).problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}
const withGateway = (changes: Record<string, unknown>) => found({ kind: 'http', countries: ['DE'], gateways: [{ ...good, ...changes }] });

it('marks texts as restricted, with the clause, and finds nothing else in a good section', () => {
  expect(withGateway({})).toEqual([expect.stringMatching(/^warning sms: Restricted by NIST SP 800-63B-4 3\.1\.3\.3/)]);
});

it.each<[string, Record<string, unknown>, string]>([
  ['an address in clear', { url: 'http://sms.example.com/' }, 'error sms.gateways[0].url: Codes would cross the network in clear'],
  ['a password in the address', { url: 'https://a:b@sms.example.com/' }, 'error sms.gateways[0].url: The address must not hold'],
  ['a code in the address', { url: 'https://sms.example.com/?t={{text}}' }, 'error sms.gateways[0].url: Nothing is replaced'],
  ['another scheme', { url: 'ftp://sms.example.com/' }, 'error sms.gateways[0].url'],
  ['both bodies', { form: { t: '{{text}}', n: '{{number}}' } }, 'error sms.gateways[0].json: Exactly one'],
  ['no body', { json: undefined }, 'error sms.gateways[0].json: Exactly one'],
  ['no message', { json: { to: '{{number}}' } }, 'error sms.gateways[0].json: Needs {{text}}'],
  ['no number', { json: ['{{text}}'] }, 'error sms.gateways[0].json: Needs {{number}}'],
  ['an unknown word', { json: ['{{text}}{{to}}{{digits}}'] }, 'error sms.gateways[0].json: {{to}} is unknown'],
  ['a key without use', { key: 'env:KEY' }, 'error sms.gateways[0].key: key and {{key}}'],
  ['use of no key', { json: ['{{text}}{{number}}{{key}}'] }, 'error sms.gateways[0].key: key and {{key}}'],
  ['a user without password', { user: 'a' }, 'error sms.gateways[0].password: This is required'],
  ['a secret that is not there', { user: 'a', password: 'env:ABSENT' }, 'error sms.gateways[0].password: env:ABSENT'],
  [
    'a header of the connection',
    { headers: [{ name: 'Host', value: 'x' }] },
    'error sms.gateways[0].headers[0].name: This header is decided',
  ],
  ['a header that breaks the line', { headers: [{ name: 'X-A', value: 'a\r\nB: c' }] }, 'error sms.gateways[0].headers[0].value'],
  ['a secret of a header', { headers: [{ name: 'X-A', secret: 'env:ABSENT' }] }, 'error sms.gateways[0].headers[0].secret: env:ABSENT'],
  ['a number in a header', { headers: [{ name: 'X-A', value: '{{number}}' }] }, 'error sms.gateways[0].headers[0].value: {{number}}'],
  ['half a condition', { success: { pointer: '/a' } }, 'error sms.gateways[0].success.pointer: pointer and equals'],
  ['a refusal that is always one', { refused: {} }, 'error sms.gateways[0].refused: Needs'],
  ['a status alone', { success: {} }, 'warning sms.gateways[0].success: Only the status'],
  ['a file that is not there', { caFile: '/absent/ca.pem' }, 'error sms.gateways[0].caFile: /absent/ca.pem'],
])('finds %s', (_name, changes, problem) => {
  expect(withGateway(changes).filter((line) => line.startsWith(problem))).toHaveLength(1);
});

it('finds a country that there is not, gateways that take too long together or have one name, and texts that are shown to anyone', () => {
  const two = [
    { ...good, timeoutSeconds: 20 },
    { ...good, timeoutSeconds: 11 },
  ];
  const problems = found({ kind: 'http', countries: ['DE', 'XX'], gateways: [good] });
  expect(problems.some((line) => line.startsWith('error sms.countries[1]: Not a country'))).toBe(true);
  const together = found({ kind: 'http', countries: ['DE'], gateways: two });
  expect(together.some((line) => line.startsWith('error sms.gateways: timeoutSeconds of all together'))).toBe(true);
  expect(together).toContain('error sms.gateways[1].name: Another gateway has this name already');
  const captured = found({ kind: 'capture', countries: ['DE'] });
  expect(captured.filter((line) => line.startsWith('error sms.kind'))).toHaveLength(2);
});
