import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../configuration/document.ts';
import { needsOfChange } from './risk-of-change.ts';

const harmless = ['organisation.name', 'organisation.timeZone', 'recovery.propagationMinutes'];
const ofPaths = (paths: readonly string[]) => needsOfChange(paths.map((path) => ({ path: path.split('.'), after: 'Northwind & Sons' })));

describe('what a change asks for', () => {
  it('is fresh proofs for what opens nothing, and for no change at all', () => {
    for (const paths of [[], harmless, ['organisation.defaultLanguage']])
      expect(ofPaths(paths)).toEqual({ permissions: ['manage-configuration'], proof: 'fresh' });
  });

  it('is a passkey as soon as one difference is about anything else, known or not', () => {
    const others = [
      ...Object.keys(configurationSchema.shape),
      'organisation.publicUrl',
      'organisation.alarmAddress',
      'organisation.supportContact',
      'organisation.supportContact.en',
      'branding.accent',
      'branding.logo',
      'branding.logoDark',
      'branding.links.0.url',
      'recovery.rules.0',
      'new',
    ];
    fc.assert(
      fc.property(fc.subarray(harmless), fc.constantFrom(...others), (some, other) => {
        expect(ofPaths([...some, other]).proof).toBe('passkey');
        expect(ofPaths([other, ...some]).proof).toBe('passkey');
      }),
    );
    expect(needsOfChange([{ path: [], after: {} }])).toEqual({ permissions: ['manage-configuration', 'manage-roles'], proof: 'passkey' });
  });

  it.each(['https://evil.example', 'Northwind, evil.example/login', 'call:+15550100', 'evil。example'])(
    'is a passkey for a name in which programs find a link: %s',
    (name) => {
      const path = ['organisation', 'name'];
      expect(needsOfChange([{ path, after: name }]).proof).toBe('passkey');
      for (const plain of ['Northwind & Sons Ltd.', 'Zur Post: Küche', undefined])
        expect(needsOfChange([{ path, after: plain }]).proof).toBe('fresh');
    },
  );

  it('is the right over roles for roles', () => {
    const whoIsWho = ['managerAttribute', 'groupBaseDn', 'baseDn', 'identifiers.0', 'id', 'kind', 'servers.0.url', 'peopleFilter', 'new'];
    const ofDirectories = ['directories', 'directories.1', ...whoIsWho.map((setting) => `directories.0.${setting}`)];
    const ofHelpdesk = ['helpdesk', 'helpdesk.approvals', 'helpdesk.approvals.0.when.groups.0'];
    for (const path of [...ofHelpdesk, 'roles', 'roles.0', 'roles.3.heldBy.groups.0', ...ofDirectories])
      expect(ofPaths([...harmless, path]).permissions).toEqual(['manage-configuration', 'manage-roles']);
    expect(ofPaths(['helpdesk.caseMinutes']).permissions).toEqual(['manage-configuration']);
    for (const path of ['label', 'protected.groups.0', 'connections.read', 'policy.minimumLength'])
      expect(ofPaths([`directories.0.${path}`])).toEqual({ permissions: ['manage-configuration'], proof: 'passkey' });
  });
});
