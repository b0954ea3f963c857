import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReport } from './check-context.ts';
import { configurationJsonSchema } from './configuration-json-schema.ts';
import type { Json } from './diff-configuration.ts';
import { checkMachineUses, FILE_SETTINGS, withinKnown } from './machine-uses.ts';

const found = (before: Json, after: Json): string[] => {
  const { problems, report } = createReport();
  checkMachineUses(before, after, report);
  return problems.map(({ path }) => path);
};

const base = {
  directories: [
    {
      id: 'corp',
      label: 'Corp',
      servers: [{ url: 'ldaps://dc1.example.com' }],
      tls: { caFile: '/etc/ca.pem' },
      serviceAccount: { name: 'cn=keyturn', password: 'env:LDAP_PASSWORD' },
    },
  ],
  mail: { kind: 'smtp', servers: [{ host: 'mail.example.com', port: 587, user: 'k', password: 'file:/etc/mail.secret' }] },
  sms: {
    gateways: [
      { url: 'https://sms.example.com', headers: [{ name: 'authorization', value: 'Bearer ', secret: 'env:SMS_KEY' }] },
      { url: 'http://127.0.0.1:9/sms', key: 'env:BODY_KEY', json: { auth: ['{{key}}'], to: '{{number}}', text: '{{text}}' } },
    ],
  },
  passwordRules: { dictionary: { files: ['/etc/words'] }, breached: { source: 'file', file: '/var/breached' } },
};

/** A copy with one value put at a path. */
function put(document: Json, path: readonly (string | number)[], value: Json): Json {
  const copy = structuredClone(document);
  let at = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, Json>;
  at[path.at(-1) as string] = value;
  return copy;
}

describe('what a document takes from the machine', () => {
  it('stays as it is while other things change', () => {
    expect(found(base, base)).toEqual([]);
    for (const [path, value] of [
      [['directories', 0, 'label'], 'Another'],
      [['directories', 0, 'serviceAccount', 'name'], 'cn=other'],
      [['mail', 'servers', 0, 'user'], 'somebody'],
      [['sms', 'gateways', 0, 'headers', 0, 'value'], 'Key '],
      [['sms', 'gateways', 1, 'json', 'text'], 'Code: {{text}}'],
      [['sms', 'gateways', 2], { url: 'https://another.example.com', json: { to: '{{number}}', text: '{{text}}' } }],
    ] as const)
      expect(found(base, put(base, path, value))).toEqual([]);
  });

  it('goes to no other place, by whichever setting that is said', () => {
    for (const [path, value, at] of [
      [['directories', 0, 'servers', 0, 'url'], 'ldaps://evil.example', 'directories[0].serviceAccount.password'],
      [['directories', 0, 'servers', 1], { url: 'ldaps://evil.example' }, 'directories[0].serviceAccount.password'],
      [['directories', 0, 'tls', 'verify'], 'trial-without-verification', 'directories[0].serviceAccount.password'],
      [['mail', 'servers', 0, 'host'], 'evil.example', 'mail.servers[0].password'],
      [['mail', 'servers', 0, 'security'], 'none', 'mail.servers[0].password'],
      [['mail', 'servers', 1], { host: 'evil.example', password: 'file:/etc/mail.secret' }, 'mail.servers[1].password'],
      [['mail', 'servers', 0, 'password'], 'env:LDAP_PASSWORD', 'mail.servers[0].password'],
      [['sms', 'gateways', 0, 'url'], 'https://evil.example', 'sms.gateways[0].headers[0].secret'],
      [['sms', 'gateways', 0, 'key'], 'env:LDAP_PASSWORD', 'sms.gateways[0].key'],
    ] as const)
      expect(found(base, put(base, path, value as Json))).toEqual([at]);
  });

  it('stands in no text that somebody is sent, nor where else the body has it', () => {
    const key = (json: Json) => found(base, put(base, ['sms', 'gateways', 1, 'json'], json));
    for (const json of [
      { auth: ['{{key}}'], to: '{{number}}', text: '{{text}} {{key}}' },
      { auth: ['{{key}} {{text}}'], to: '{{number}}' },
      { auth: [], to: '{{number}}', text: '{{text}}', note: '{{key}}' },
    ])
      expect(key(json)).toEqual(['sms.gateways[1].key']);
    const moved = put(put(base, ['sms', 'gateways', 0, 'key'], 'env:SMS_KEY'), ['sms', 'gateways', 0, 'json'], {
      text: '{{text}} {{key}}',
    });
    expect(found(base, moved)).toEqual(['sms.gateways[0].key']);
    const form = put(put(base, ['sms', 'gateways', 1, 'form'], { text: '{{text}}{{key}}' }), ['sms', 'gateways', 1, 'json'], {});
    expect(found(base, form)).toEqual(['sms.gateways[1].key']);
  });

  it('is no service of the machine itself that is not called now', () => {
    for (const url of ['http://127.0.0.1:2375/containers/create', 'http://127.0.0.1:9/other', 'HTTP://localhost:8500/v1/agent'])
      expect(found(base, put(base, ['sms', 'gateways', 2], { url, json: { text: '{{text}}' } }))).toEqual(['sms.gateways[2].url']);
    expect(found(base, put(base, ['passwordRules', 'breached'], { source: 'service', url: 'http://127.0.0.1:9' }))).toEqual([
      'passwordRules.breached.url',
    ]);
  });

  it('is nothing that it has not taken before', () => {
    for (const [path, value, at] of [
      [['mail', 'servers', 0, 'password'], 'env:PATH', 'mail.servers[0].password'],
      [['directories', 0, 'tls', 'caFile'], '/etc/shadow', 'directories[0].tls.caFile'],
      [['passwordRules', 'dictionary', 'files', 1], '/etc/passwd', 'passwordRules.dictionary.files[1]'],
      [['passwordRules', 'breached', 'file'], '/etc/passwd', 'passwordRules.breached.file'],
      [['anything'], { new: 'file:/etc/shadow' }, 'anything.new'],
    ] as const)
      expect(found(base, put(base, path, value as Json))).toContain(at);
  });

  it('holds for every text anywhere', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('env:NEW', 'file:/new'), (anything, reference) => {
        const after = { ...base, anything: [anything, { deep: reference }] } as Json;
        expect(found(base, after)).toContain('anything[1].deep');
      }),
    );
  });

  it('knows every setting of the schema that names a file', () => {
    const names = new Set<string>();
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('properties' in value) for (const name of Object.keys(value.properties as object)) names.add(name);
      for (const inner of Object.values(value)) walk(inner);
    };
    walk(configurationJsonSchema());
    expect([...names].filter((name) => /files?$|path|folder/i.test(name)).toSorted()).toEqual([...FILE_SETTINGS].toSorted());
  });

  it('is looked at where it is known alone', () => {
    const asked: string[] = [];
    const noted = (name: string): string => {
      asked.push(name);
      return 'not there';
    };
    const context = withinKnown({ demo: false, secretProblem: noted, authorityFileProblem: noted, sectionProblems: () => [] }, base);
    expect([context.secretProblem('env:PATH'), context.authorityFileProblem('/etc/shadow')]).toEqual([null, null]);
    expect([context.secretProblem('env:SMS_KEY'), context.authorityFileProblem('/etc/ca.pem')]).toEqual(['not there', 'not there']);
    expect(asked).toEqual(['env:SMS_KEY', '/etc/ca.pem']);
  });
});
