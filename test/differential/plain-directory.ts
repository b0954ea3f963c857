import { Attribute, Change, type Client, ConstraintViolationError } from 'ldapts';
import type { Account, AccountStatus, Directory, PasswordPolicy } from '../../src/core/ports/directory.ts';
import { readEntry } from '../servers/ldap-session.ts';
import { unicodePassword } from '../servers/samba-directory.ts';

/** As much of a directory as a comparison needs, in plain LDAP. The account's `location` is its DN. */
export type PlainDirectory = Pick<Directory, 'readPolicy' | 'readStatus' | 'resetPassword'>;

const status: AccountStatus = {
  locked: false,
  lockedUntil: null,
  disabled: false,
  accountExpired: false,
  passwordExpired: false,
  mustChange: false,
  passwordExpiresAt: null,
  passwordSetAt: null,
  badAttempts: null,
  lastBadAttemptAt: null,
  changeableAt: null,
};

const noPolicy: PasswordPolicy = {
  name: '',
  minimumLength: 0,
  maximumLength: null,
  lengthUnit: 'code-points',
  complexity: 'none',
  nameTokensChecked: false,
  categories: null,
  minimumAge: 0,
  maximumAge: null,
  historyLength: 0,
  historyOnReset: 'not-enforced',
  minimumAgeOnReset: 'not-enforced',
  lockoutThreshold: 0,
  lockoutDuration: null,
};

/** `client` is bound as the account that resets, `reader` may read policies; `dn` is the person's. */
export function plainDirectory(
  client: Client,
  dn: string,
  attribute: 'unicodePwd' | 'userPassword',
  readPolicy: () => Promise<Partial<PasswordPolicy>>,
): PlainDirectory {
  return {
    readPolicy: async () => ({ ...noPolicy, ...(await readPolicy()) }),
    readStatus: async () => status,
    async resetPassword(_, password) {
      const value = attribute === 'unicodePwd' ? unicodePassword(password) : Buffer.from(password);
      try {
        await client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type: attribute, values: [value] }) }));
        return { done: true, server: '' };
      } catch (error) {
        if (!(error instanceof ConstraintViolationError)) throw error;
        return { done: false, refusal: 'password.refused', detail: error.message, server: '' };
      }
    },
  };
}

export async function readSambaPolicy(client: Client, baseDn: string, dn: string): Promise<Partial<PasswordPolicy>> {
  const settings = (await readEntry(client, dn, ['msDS-ResultantPSO']))['msDS-ResultantPSO']?.[0];
  const common = { lengthUnit: 'utf16-units' as const };
  if (settings === undefined) {
    const domain = await readEntry(client, baseDn, ['minPwdLength', 'pwdProperties']);
    const complex = (Number(domain.pwdProperties?.[0]) & 1) === 1;
    return {
      ...common,
      name: 'domain',
      minimumLength: Number(domain.minPwdLength?.[0]),
      complexity: complex ? 'active-directory' : 'none',
    };
  }
  const entry = await readEntry(client, settings, ['msDS-MinimumPasswordLength', 'msDS-PasswordComplexityEnabled']);
  return {
    ...common,
    name: settings,
    minimumLength: Number(entry['msDS-MinimumPasswordLength']?.[0]),
    complexity: entry['msDS-PasswordComplexityEnabled']?.[0] === 'TRUE' ? 'active-directory' : 'none',
  };
}

export async function readPpolicy(client: Client, policyDn: string): Promise<Partial<PasswordPolicy>> {
  const entry = await readEntry(client, policyDn, ['pwdMinLength', 'pwdMaxLength']);
  const maximum = entry.pwdMaxLength?.[0];
  return {
    name: policyDn,
    lengthUnit: 'octets',
    minimumLength: Number(entry.pwdMinLength?.[0]),
    maximumLength: maximum === undefined ? null : Number(maximum),
  };
}

export async function readDs389Policy(client: Client): Promise<Partial<PasswordPolicy>> {
  const names = ['Length', 'Digits', 'Alphas', 'Uppers', 'Lowers', 'Specials', '8bit', 'Categories', 'TokenLength'];
  const entry = await readEntry(client, 'cn=config', [...names.map((name) => `passwordMin${name}`), 'passwordMaxRepeats']);
  const number = (name: string): number => Number(entry[name]?.[0]);
  return {
    name: 'cn=config',
    minimumLength: number('passwordMinLength'),
    complexity: 'categories',
    categories: {
      digits: number('passwordMinDigits'),
      letters: number('passwordMinAlphas'),
      uppercase: number('passwordMinUppers'),
      lowercase: number('passwordMinLowers'),
      specials: number('passwordMinSpecials'),
      eightBit: number('passwordMin8bit'),
      maximumRepeats: number('passwordMaxRepeats'),
      minimumCategories: number('passwordMinCategories'),
      tokenLength: number('passwordMinTokenLength'),
    },
  };
}

export function plainAccount(dn: string, login: string, person: { givenName: string; surname: string; mail: string }): Account {
  return {
    directory: 'plain',
    id: dn,
    login,
    principalName: null,
    displayName: `${person.givenName} ${person.surname}`,
    givenName: person.givenName,
    surname: person.surname,
    mail: [person.mail],
    mobile: [],
    employeeNumber: null,
    location: dn,
    privileged: false,
    language: null,
  };
}
