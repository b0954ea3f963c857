import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReport } from './check-context.ts';
import { checkProtectionKept } from './check-protection-kept.ts';
import { directorySchema } from './directory-section.ts';

interface Protected {
  groups: string[];
  locations: string[];
  logins: string[];
  privileged: boolean;
}
const section = (id: string, protection: Partial<Protected>, password = 'env:SECRET') =>
  directorySchema.parse({
    ...{ kind: 'openldap', id, label: id, servers: [{ url: 'ldaps://dc.example.com' }], baseDn: 'dc=x' },
    ...{ serviceAccount: { name: 'cn=keyturn,dc=x', password }, protected: protection },
  });
const embedded = (id: string, protection: Partial<Protected>) =>
  directorySchema.parse({ kind: 'embedded', id, label: id, protected: protection });
type Section = ReturnType<typeof section>;

const found = (before: Section[], after: Section[]): string[] => {
  const { problems, report } = createReport();
  checkProtectionKept({ directories: before }, { directories: after }, report);
  return problems.map(({ path }) => path);
};

const names = fc.subarray(['a', 'b', 'c']);
const protection = fc.record({ groups: names, locations: names, logins: names, privileged: fc.boolean() });

describe('protection', () => {
  it('is kept exactly where nothing of it is missing afterwards', () => {
    fc.assert(
      fc.property(protection, protection, (old, next) => {
        const lists = (['groups', 'locations', 'logins'] as const).filter((list) => old[list].some((name) => !next[list].includes(name)));
        const lost = [...lists, ...(old.privileged && !next.privileged ? ['privileged'] : [])];
        expect(found([section('x', old)], [section('x', next)])).toEqual(lost.map((each) => `directories[0].protected.${each}`));
      }),
    );
  });

  it('is not gone around by another section for the same accounts', () => {
    const old = section('x', { groups: ['Admins'] });
    expect(found([old], [old, section('y', {})])).toEqual(['directories[1].protected.groups']);
    expect(found([old], [section('y', {})])).toEqual(['directories[0].protected.groups']);
    expect(found([old], [old, section('y', {}, 'env:OTHER')])).toEqual([]);
    expect(found([embedded('x', { groups: ['Admins'] })], [embedded('x', {})])).toEqual(['directories[0].protected.groups']);
    expect(found([embedded('x', { groups: ['Admins'] })], [embedded('y', {})])).toEqual([]);
  });
});
