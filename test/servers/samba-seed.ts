import { connectSamba, type SambaData, type SambaDirectory } from './samba-directory.ts';
import { seedGroups, seedPassword, seedPeople } from './seed-people.ts';

/** Access rights and classes of [MS-ADTS] 5.1.3.2.1 and of the schema, as SDDL writes them. */
const rights = {
  resetPassword: '00299570-246d-11d0-a768-00aa006e0529',
  lockoutTime: '28630ebf-41d5-11d1-a9c1-0000f80367c1',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  userClass: 'bf967aba-0de6-11d0-a285-00aa003049e2',
} as const;

/** Fills a new domain with the policy, people, groups, service accounts and rights that tests rely on. */
export async function seedSamba(data: SambaData): Promise<void> {
  const directory = connectSamba(data);
  await directory.createOrganizationalUnit('People', data.baseDn);
  await directory.createOrganizationalUnit('Services', data.baseDn);
  await directory.createOrganizationalUnit('Outside', data.baseDn);
  for (const account of [data.service, data.readOnly]) {
    await directory.createUser({
      login: account.name.slice(0, account.name.indexOf('@')),
      password: account.password,
      parentDn: `OU=Services,${data.baseDn}`,
    });
  }
  await createPeople(directory);
  await createGroups(directory);
  await directory.createPasswordSettings({
    name: 'strict',
    precedence: 10,
    minLength: 16,
    maxAgeDays: 30,
    lockoutThreshold: 3,
    appliesTo: seedPeople.filter((person) => person.strictPolicy).map((person) => dnOf(data, person.login)),
  });
  await delegate(directory);
}

function dnOf(data: SambaData, name: string): string {
  return `CN=${name},${data.peopleDn}`;
}

async function createPeople(directory: SambaDirectory): Promise<void> {
  for (const person of seedPeople) {
    const { login, givenName, surname, mail, mobile, disabled } = person;
    await directory.createUser({
      login,
      givenName,
      surname,
      mail,
      password: seedPassword,
      ...(mobile === undefined ? {} : { mobile }),
      ...(disabled === undefined ? {} : { disabled }),
    });
  }
  await directory.createUser({
    login: 'outside',
    givenName: 'Otto',
    surname: 'Outside',
    mail: 'outside@example.test',
    password: seedPassword,
    parentDn: `OU=Outside,${directory.baseDn}`,
  });
}

async function createGroups(directory: SambaDirectory): Promise<void> {
  for (const [name, members] of Object.entries(seedGroups)) {
    await directory.createGroup(
      name,
      members.map((member) => dnOf(directory, member.replace(/^group:/, ''))),
    );
  }
  await directory.addMember(`CN=Domain Admins,CN=Users,${directory.baseDn}`, dnOf(directory, 'Server Operations'));
}

/** Least privilege: on users below OU=People reset, unlock and force a change; and reading the password settings objects. */
async function delegate(directory: SambaDirectory): Promise<void> {
  const shown = await directory.sambaTool('user', 'show', 'svc-keyturn', '--attributes=objectSid');
  const sid = /^objectSid: (\S+)/m.exec(shown.stdout)?.[1];
  if (sid === undefined) throw new Error(`no objectSid in: ${shown.stdout}`);
  const onUsers = (right: string, object: string): string => `(OA;CIIO;${right};${object};${rights.userClass};${sid})`;
  await directory.sambaTool(
    'dsacl',
    'set',
    `--objectdn=${directory.peopleDn}`,
    `--sddl=${onUsers('CR', rights.resetPassword)}${onUsers('RPWP', rights.lockoutTime)}${onUsers('RPWP', rights.pwdLastSet)}`,
  );
  await directory.sambaTool(
    'dsacl',
    'set',
    `--objectdn=CN=Password Settings Container,CN=System,${directory.baseDn}`,
    `--sddl=(A;CI;LCRPLORC;;;${sid})`,
  );
}
