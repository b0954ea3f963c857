import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { seedGroups, seedPassword, seedPeople } from './seed-people.ts';
import { slapdBaseDn, slapdDns } from './slapd-configuration.ts';

/** Attributes of a pwdPolicy entry (draft-behera-ldap-password-policy, slapo-ppolicy(5)); times in seconds. */
export type PasswordPolicyAttributes = Readonly<Record<`pwd${string}`, string>>;

const defaultPolicy: PasswordPolicyAttributes = {
  pwdAttribute: 'userPassword',
  pwdInHistory: '24',
  pwdMinLength: '10',
  pwdCheckQuality: '2',
  pwdMinAge: '0',
  pwdMaxAge: '7776000',
  pwdExpireWarning: '1209600',
  pwdGraceAuthnLimit: '2',
  pwdLockout: 'TRUE',
  pwdMaxFailure: '5',
  pwdLockoutDuration: '1800',
  pwdFailureCountInterval: '1800',
  pwdMustChange: 'TRUE',
  pwdAllowUserChange: 'TRUE',
  pwdSafeModify: 'FALSE',
};

/** The policies every test directory has; an account is put under one by its attribute pwdPolicySubentry. */
export const passwordPolicies = {
  default: defaultPolicy,
  strict: { ...defaultPolicy, pwdMinLength: '16', pwdMaxFailure: '3' },
  minage: { ...defaultPolicy, pwdMinAge: '86400' },
  /** Passwords end after 3 seconds, with a warning from the first second on and two grace sign-ins. */
  expiring: { ...defaultPolicy, pwdMaxAge: '3', pwdExpireWarning: '2' },
} as const satisfies Record<string, PasswordPolicyAttributes>;

export type PasswordPolicyName = keyof typeof passwordPolicies;

/** DN of one of {@link passwordPolicies}. */
export function policyDn(name: PasswordPolicyName): string {
  return `cn=${name},${slapdDns.policies}`;
}

/** Salted SHA-1 as slapd stores it; cheap, so that loading and binding test users is quick. */
function hashed(password: string): string {
  const salt = randomBytes(8);
  return `{SSHA}${Buffer.concat([createHash('sha1').update(password).update(salt).digest(), salt]).toString('base64')}`;
}

type Entry = Readonly<Record<string, string | readonly string[]>>;

/** RFC 2849; every value in base64, which is always allowed and needs no rules about special characters. */
function ldif(dn: string, attributes: Entry): string {
  const encode = (name: string, value: string): string => `${name}:: ${Buffer.from(value).toString('base64')}\n`;
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => encode(name, value)),
  );
  return `${encode('dn', dn)}${lines.join('')}\n`;
}

export interface SlapdSeed {
  readonly servicePassword: string;
  readonly readOnlyPassword: string;
  /** That many further people `user0`, `user1`, ... with the seed password. */
  readonly generatedUsers: number;
}

/** Writes the LDIF a new directory is loaded with. Groups are added later, through the server, so that memberOf is kept. */
export async function writeSlapdSeed(file: string, seed: SlapdSeed): Promise<void> {
  const out = createWriteStream(file);
  const write = async (dn: string, attributes: Entry): Promise<void> => {
    if (!out.write(ldif(dn, attributes))) await once(out, 'drain');
  };
  await write(slapdBaseDn, { objectClass: 'domain', dc: 'example' });
  for (const ou of ['people', 'services', 'groups', 'outside', 'policies']) {
    await write(`ou=${ou},${slapdBaseDn}`, { objectClass: 'organizationalUnit', ou });
  }
  for (const [name, policy] of Object.entries(passwordPolicies)) {
    await write(policyDn(name as PasswordPolicyName), { objectClass: ['device', 'pwdPolicy'], cn: name, ...policy });
  }
  const service = { objectClass: ['applicationProcess', 'simpleSecurityObject'] };
  await write(slapdDns.service, { ...service, cn: 'keyturn', userPassword: hashed(seed.servicePassword) });
  await write(slapdDns.readOnly, { ...service, cn: 'readonly', userPassword: hashed(seed.readOnlyPassword) });
  for (const person of seedPeople) {
    await write(`uid=${person.login},${slapdDns.people}`, {
      ...personAttributes(person),
      userPassword: hashed(seedPassword),
      ...(person.strictPolicy ? { pwdPolicySubentry: policyDn('strict') } : {}),
      // slapo-ppolicy(5): this time stamp means locked for ever by an administrator.
      ...(person.disabled ? { pwdAccountLockedTime: '000001010000Z' } : {}),
    });
  }
  const outside = { login: 'outside', givenName: 'Otto', surname: 'Outside', mail: 'outside@example.test' };
  await write(`uid=outside,${slapdDns.outside}`, { ...personAttributes(outside), userPassword: hashed(seedPassword) });
  const shared = hashed(seedPassword);
  for (let number = 0; number < seed.generatedUsers; number += 1) {
    const login = `user${number}`;
    const person = { login, givenName: 'User', surname: `Number ${number}`, mail: `${login}@example.test` };
    await write(`uid=${login},${slapdDns.people}`, { ...personAttributes(person), userPassword: shared });
  }
  out.end();
  await once(out, 'finish');
}

/** inetOrgPerson (RFC 2798) of a person. */
export function personAttributes(person: {
  readonly login: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
  readonly mobile?: string;
}): Record<string, string | string[]> {
  const { login, givenName, mail, mobile } = person;
  const surname = person.surname ?? login;
  return {
    objectClass: ['inetOrgPerson'],
    uid: login,
    cn: givenName === undefined ? surname : `${givenName} ${surname}`,
    sn: surname,
    ...(givenName === undefined ? {} : { givenName }),
    ...(mail === undefined ? {} : { mail }),
    ...(mobile === undefined ? {} : { mobile }),
  };
}

/** The groups of seed-people.ts as [DN, DNs of members], inner groups first. Domain Admins stands for any privileged group. */
export function seedGroupEntries(peopleDn: string, groupsDn: string): readonly (readonly [string, readonly string[]])[] {
  const groups = { ...seedGroups, 'Domain Admins': ['group:Server Operations'] };
  return Object.entries(groups).map(([name, members]) => [
    `cn=${name},${groupsDn}`,
    members.map((member) =>
      member.startsWith('group:') ? `cn=${member.slice('group:'.length)},${groupsDn}` : `uid=${member},${peopleDn}`,
    ),
  ]);
}
