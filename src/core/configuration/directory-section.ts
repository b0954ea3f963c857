import { z } from 'zod';
import { secretReferenceSchema } from './mail-section.ts';
import { questionsPoolSchema } from './questions-section.ts';
import { countrySchema } from './sms-section.ts';

const serverSchema = z.strictObject({
  url: z
    .string()
    .regex(/^ldaps?:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/, 'ldap://host:port or ldaps://host:port')
    .describe('ldaps://host:636, or ldap://host:389 together with tls.startTls.'),
});

const tlsSchema = z.strictObject({
  startTls: z.boolean().default(false).describe('Encrypt an ldap:// connection by StartTLS before anything else is sent.'),
  caFile: z.string().optional().describe('PEM file of the authorities that sign the directory servers.'),
  ca: z.string().optional().describe('The same as PEM text in place.'),
  serverName: z.string().optional().describe('Name to expect in the certificate, where it is not the host of the address.'),
  verify: z
    .enum(['full', 'trial-without-verification'])
    .default('full')
    .describe('`trial-without-verification` accepts any certificate. For trials only; shown on the health page.'),
});

const protectedSchema = z.strictObject({
  groups: z.array(z.string()).default([]).describe('Members of these groups (DN or common name, nested memberships count) are refused.'),
  locations: z.array(z.string()).default([]).describe('Accounts at or below these DNs are refused.'),
  logins: z.array(z.string()).default([]).describe('Accounts with these sign-in names are refused.'),
  privileged: z
    .boolean()
    .default(true)
    .describe(
      'Accounts that Active Directory itself marks as privileged (adminCount=1 and members of the built-in administrative groups) are refused. Other kinds of directory have no such mark: name their administrators in `groups`.',
    ),
});

const attributeSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'Name of an attribute');

/** @param mail what names an attribute of addresses in this kind of directory  @param mobile one of telephone numbers */
const contactsSchema = <T extends z.ZodType<string>, U extends z.ZodType<string>>(mail: T, mobile: U) =>
  z
    .strictObject({
      email: z
        .strictObject({
          attributes: z
            .array(mail)
            .min(1)
            .max(5)
            .describe(
              'Attributes whose addresses count as proof `email`, as if they were enrolled. Whoever may write them can redirect codes.',
            ),
          exceptDomains: z
            .array(z.string().regex(/^[^\s@]+\.[^\s@]+$/, 'A domain such as example.com'))
            .max(100)
            .default([])
            .describe('Addresses of these domains do not count: mailboxes that open only with the password that was forgotten.'),
        })
        .optional()
        .describe('Mail addresses of the directory as proofs; they do not count when absent.'),
      sms: z
        .strictObject({
          attributes: z
            .array(mobile)
            .min(1)
            .max(5)
            .describe(
              'Attributes whose telephone numbers count as proof `sms`, as if they were enrolled. Whoever may write them can redirect codes.',
            ),
          countries: z
            .array(countrySchema)
            .min(1)
            .max(250)
            .describe(
              'Numbers of these countries count (ISO 3166-1); each must be in sms.countries as well. With a single one, numbers without + are read as its own.',
            ),
        })
        .optional()
        .describe('Mobile numbers of the directory as proofs; they do not count when absent.'),
    })
    .prefault({})
    .describe('What the directory knows of people, and counts as theirs without enrolment.');

const common = {
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'Lower-case letters, digits and dashes')
    .describe('Stable short name. Factors and audit events refer to it: do not change it.'),
  label: z.string().min(1).max(80).describe('What people read.'),
  protected: protectedSchema.prefault({}),
  questions: questionsPoolSchema.describe('Security questions for the people of this directory, besides those of factors.questions.pool.'),
};

const ldapCommon = {
  ...common,
  servers: z.array(serverSchema).min(1).max(10).describe('Tried in this order.'),
  tls: tlsSchema.prefault({}),
  baseDn: z.string().min(1).describe('Where accounts are searched.'),
  groupBaseDn: z.string().optional().describe('Where groups are searched; the naming context that holds the base DN when absent.'),
  serviceAccount: z.strictObject({
    name: z.string().min(1).describe('DN (or user@domain on AD) that Keyturn binds as.'),
    password: secretReferenceSchema,
  }),
  contacts: contactsSchema(attributeSchema, attributeSchema),
  managerAttribute: attributeSchema
    .default('manager')
    .describe('Attribute that names the direct manager by DN. Whoever may write it decides who the manager is.'),
  peopleFilter: z.string().optional().describe('LDAP filter that accounts must match, in addition to the kind’s own.'),
  connectTimeoutMilliseconds: z.int().min(100).max(60_000).default(3000).describe('How long to wait for a server to take a connection.'),
  operationTimeoutMilliseconds: z.int().min(100).max(120_000).default(10_000).describe('How long to wait for an answer.'),
  retryServerAfterSeconds: z.int().min(1).max(3600).default(15).describe('How long a server that did not answer is left alone.'),
  connections: z
    .strictObject({
      // One is held for as long as a list of everybody is walked, while each of them is asked about on another.
      read: z.int().min(2).max(32).default(4).describe('Connections to a server for reading, at most.'),
      write: z.int().min(1).max(16).default(2).describe('Connections to a server for changes, at most.'),
    })
    .prefault({}),
};

const identifiers = (...defaults: string[]) =>
  z
    .array(z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/))
    .min(1)
    .default(defaults)
    .describe('Attributes a person may type.');

/** Not for Active Directory, which tells of every password when it was set. */
const untoldPasswords = z
  .enum(['prove-nothing', 'prove-the-owner'])
  .default('prove-nothing')
  .describe(
    'What a password proves beyond its own account where the server does not tell when it was set: whoever administers the server may have set it just now. ' +
      '`prove-nothing`: it is no proof `linked-account`, and nobody links the account by its password alone. ' +
      '`prove-the-owner`: nobody but its owner knows it, in your words; whoever sets passwords there can then link its accounts, and recover others that are linked to them.',
  );

/** Not for Active Directory, which has such prefixes of its own. */
const domainPrefixes = z
  .array(z.string().regex(/^[^\\@\s]{1,64}$/, 'A name without backslash, @ and spaces'))
  .default([])
  .describe('What people may type in front of their sign-in name, as in PREFIX\\user; it is taken off.');

export const directorySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('active-directory').describe('Active Directory, or a Samba domain.'),
    ...ldapCommon,
    identifiers: identifiers('sAMAccountName', 'userPrincipalName', 'mail'),
    netbiosDomain: z.string().max(15).optional().describe('For DOMAIN\\user; found in the directory when absent.'),
    historyOnReset: z
      .enum(['policy-hints', 'two-step', 'not-enforced'])
      .default('policy-hints')
      .describe(
        'How a reset honours the password history. `policy-hints` uses the server control 1.2.840.113556.1.4.2239 where it is offered and falls back to an ordinary reset where it is not. ' +
          '`two-step` sets a random password first and changes it as the person would: the history counts on every server, but a person who gives up half-way is left with the random password.',
      ),
    fixedPasswords: z
      .enum(['reset', 'refuse'])
      .default('reset')
      .describe(
        'Accounts with "User cannot change password", as shared and kiosk accounts have it: whether their owner may reset the password here all the same.',
      ),
  }),
  z.strictObject({
    kind: z.literal('openldap').describe('OpenLDAP with the ppolicy overlay.'),
    ...ldapCommon,
    identifiers: identifiers('uid', 'mail'),
    domainPrefixes,
    untoldPasswords,
    defaultPolicyDn: z.string().optional().describe('Entry of the default ppolicy; found by search when absent.'),
  }),
  z.strictObject({
    kind: z.literal('389ds').describe('389 Directory Server.'),
    ...ldapCommon,
    identifiers: identifiers('uid', 'mail'),
    domainPrefixes,
    untoldPasswords,
  }),
  z.strictObject({
    kind: z.literal('ldap').describe('Any other LDAPv3 server.'),
    ...ldapCommon,
    identifiers: identifiers('uid', 'mail'),
    domainPrefixes,
    untoldPasswords,
    idAttribute: z
      .strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9-]*(;binary)?$/)
          .default('entryUUID')
          .describe('Name of the attribute, as the server spells it.'),
        binary: z.boolean().default(false).describe('Its values are bytes, as those of GUID in eDirectory are.'),
      })
      .prefault({})
      .describe('What names an entry for ever, and is never given to another. Factors and audit events refer to it: do not change it.'),
    passwordWrite: z
      .enum(['password-modify', 'user-password-as-text'])
      .default('password-modify')
      .describe(
        'How a password is written. `password-modify`: by the extended operation for it (RFC 3062), with which the server hashes. ' +
          '`user-password-as-text`: by replacing userPassword with the text itself. Only for a server that hashes such a value before it stores it: any other keeps the password in clear.',
      ),
    disabledPeople: z
      .enum(['left-out-by-people-filter', 'not-told'])
      .describe(
        'How people who may not sign in any more are kept from setting a new password: LDAP has no standard way to tell who is disabled or has left. ' +
          '`left-out-by-people-filter`: peopleFilter finds none of them. `not-told`: Keyturn cannot know it, and you accept that such a person can set a new password.',
      ),
    lockout: z
      .strictObject({
        failures: z.int().min(3).max(1000).describe('Wrong passwords that lock an account; of several policies the smallest number.'),
        minutes: z
          .int()
          .min(1)
          .max(10_080)
          .describe('How long the server counts a wrong password. Where only a right one ends the count: 10080, which is a week.'),
      })
      .optional()
      .describe(
        'When the server locks an account, in your words, as LDAP has no standard way to ask. Keyturn then sends it fewer than half as many wrong passwords for one account in that time. ' +
          'Without it no password is tried there, so that nobody is locked out: nobody of this directory signs in to Keyturn.',
      ),
    expiredPassword: z
      .enum(['proves-nothing', 'proves-the-password'])
      .default('proves-nothing')
      .describe(
        'What it means at sign-in when the server says that a password has expired. `proves-the-password`: it says so only to whoever gave the right one, as OpenLDAP and 389 Directory Server do; then a new one is asked for. ' +
          '`proves-nothing`: it may say so to anybody, and who has an expired password recovers the account instead.',
      ),
  }),
  z.strictObject({
    kind: z.literal('embedded').describe('Accounts kept in Keyturn’s own database: for trials and small teams.'),
    ...common,
    contacts: contactsSchema(z.enum(['mail']), z.enum(['mobile'])),
    policy: z
      .strictObject({
        minimumLength: z.int().min(8).max(64).default(12).describe('Characters (code points) of a password.'),
        historyLength: z.int().min(0).max(50).default(10).describe('How many earlier passwords are refused.'),
        minimumAgeHours: z.number().min(0).max(720).default(0).describe('Before this a person may not change it again.'),
        maximumAgeDays: z.number().min(1).max(3650).nullable().default(null).describe('When a password expires; `null`: never.'),
        lockoutThreshold: z.int().min(0).max(100).default(5).describe('Wrong passwords in a row that lock the account; 0: never.'),
        lockoutMinutes: z
          .number()
          .min(1)
          .max(1440)
          .nullable()
          .default(15)
          .describe('When a lock ends by itself; `null`: only by an unlock.'),
      })
      .prefault({}),
  }),
]);

export type DirectorySettings = z.infer<typeof directorySchema>;
export type DirectorySettingsOf<K extends DirectorySettings['kind']> = Extract<DirectorySettings, { kind: K }>;
export type LdapSettings = Exclude<DirectorySettings, { kind: 'embedded' }>;
