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
const section = (id: string, protection: Partial<Protected>, password = 'env:SECRET', more: Record<string, string> = {}) =>
  directorySchema.parse({
    ...{ kind: 'openldap', id, label: id, servers: [{ url: 'ldaps://dc.example.com' }], baseDn: 'dc=x' },
    ...{ serviceAccount: { name: 'cn=keyturn,dc=x', password }, protected: protection, ...more },
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
    expect(found([old], [old, section('y', {}, 'env:OTHER')])).toEqual(['directories[1].protected.groups']);
    expect(found([embedded('x', { groups: ['Admins'] })], [embedded('x', {})])).toEqual(['directories[0].protected.groups']);
    // Two sections that always were side by side, and one of them moved to where the other one is.
    const beside = section('y', {}, 'env:OTHER', { baseDn: 'dc=y' });
    expect(found([old, beside], [old, beside])).toEqual([]);
    expect(found([old, beside], [old, section('y', {}, 'env:OTHER')])).toEqual(['directories[1].protected.groups']);
  });

  it('is not taken out with its section, to be put in again without it', () => {
    const beside = section('y', {}, 'env:SECRET', { baseDn: 'dc=y' });
    const old = section('x', { groups: ['Admins'] });
    expect(found([old, beside], [beside])).toEqual(['directories']);
    expect(found([embedded('x', { logins: ['root'] }), beside], [beside])).toEqual(['directories']);
    expect(found([embedded('x', { groups: ['Admins'] })], [embedded('y', {})])).toEqual(['directories']);
    expect(found([embedded('x', {}), beside], [beside])).toEqual([]);
    expect(found([old], [section('renamed', { groups: ['Admins'] })])).toEqual([]);
  });

  it('is not that of another group of the same name', () => {
    const old = section('x', { groups: ['Admins'] });
    const mine = { groupBaseDn: 'ou=mine,dc=x' };
    const elsewhere = section('x', { groups: ['Admins'] }, 'env:SECRET', mine);
    expect(found([old], [elsewhere])).toEqual(['directories[0].groupBaseDn']);
    expect(found([section('x', {})], [section('x', {}, 'env:SECRET', mine)])).toEqual([]);
  });
});
