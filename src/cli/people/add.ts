import type { Command } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { addPerson, judgeFirstPassword, judgePerson, nobodysPassword } from '../../core/embedded-people/add-person.ts';
import { type KeepingDirectory, keepingDirectory } from '../../core/embedded-people/kept-in.ts';
import type { NamedPerson } from '../../core/embedded-people/read-person.ts';
import { issueTemporaryPass } from '../../core/enrolment/temporary-pass.ts';
import type { CommandContext } from '../command-context.ts';
import { changedBy } from '../enrolment/changed-by.ts';
import { inviteThem } from '../enrolment/invite.ts';
import { withExamples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { describePassword } from '../explain/explain-password.ts';
import { readPassword } from '../read-password.ts';
import { wholeHours } from '../recovery/add-pass.ts';
import { describePass } from '../recovery/describe-pass.ts';
import type { Runtime } from '../runtime.ts';
import { withRuntime } from '../with-runtime.ts';
import { requireHours } from './require-hours.ts';

interface AddFlags extends Omit<NamedPerson, 'account' | 'groups'> {
  group?: string[];
  directory?: string;
  passwordStdin?: boolean;
  keepPassword?: boolean;
  invite?: boolean;
  passHours?: number;
  reason?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `keyturn people add`: somebody in a directory that Keyturn keeps itself. */
export function addAddPerson(people: Command, context: CommandContext): void {
  const command = people
    .command('add')
    .argument('<account>', 'what the person signs in with')
    .option('--name <text>', 'how the person is called; made of the next two, or the sign-in name, when absent')
    .option('--given-name <text>', 'given name, which a new password may not hold')
    .option('--surname <text>', 'surname, which a new password may not hold')
    .option('--mail <address>', 'mail address; it also finds the person')
    .option('--phone <number>', 'mobile telephone, such as +4915112345678')
    .option('--employee-number <text>', 'number in the organisation; it also finds the person')
    .option('--language <tag>', 'language in which the person is written to, such as de')
    .option('--manager <name>', 'the manager, in the same directory')
    .option('--group <name>', 'a group the person is in; several times for several', (name: string, all: string[] = []) => [...all, name])
    .option('--password-stdin', 'take the first password from standard input; it is never an argument, which others could see')
    .option('--keep-password', 'with --password-stdin: the person need not change it at the first sign-in')
    .option('--invite', 'with --password-stdin: also invite the person by mail to set up what proves them')
    .option('--pass-hours <n>', 'issue a temporary pass for so many hours instead of a password, and show it once', wholeHours)
    .option('--reason <text>', 'why; kept in the audit log')
    .option('--directory <id>', 'the directory, where Keyturn keeps several')
    .option('--dry-run', 'judge everything and write nothing')
    .option('--json', 'print JSON Lines')
    .description(
      'Add a person to the embedded directory, whose people Keyturn keeps itself; those of other kinds are added where they are administered. A first password has to meet what every new password has to. Without one nobody can sign in to the account until a password was set, by a temporary pass for example. Who is there already as they are named stays as they are; nobody is changed by it.',
    )
    .action((account: string, flags: AddFlags) => {
      const withPassword = flags.passwordStdin === true;
      if (!withPassword && flags.invite === true)
        command.error(
          'error: an invitation leads to the sign-in with the password: give one by --password-stdin, or --pass-hours in place of both',
          {
            exitCode: EXIT.usage,
          },
        );
      if (!withPassword && flags.keepPassword === true)
        command.error('error: --keep-password is for a password from --password-stdin', { exitCode: EXIT.usage });
      if (withPassword && flags.passHours !== undefined)
        command.error('error: give a password or --pass-hours, not both', { exitCode: EXIT.usage });
      return withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        await add(context, runtime, configuration, account, flags);
      });
    });
  withExamples(command, [
    {
      command: 'keyturn people add alice --name "Alice Example" --mail alice@example.com --group Staff --pass-hours 24',
      does: 'adds alice, and shows a pass with which she sets her password herself, once, within a day',
    },
    {
      command: 'keyturn people add alice --mail alice@example.com --password-stdin --invite < first-password',
      does: 'adds alice with a first password that she has to change, and invites her by mail',
    },
  ]);
}

async function add(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  account: string,
  flags: AddFlags,
): Promise<void> {
  const directory = keepingDirectory(runtime.directories, flags.directory);
  const { group = [], name, givenName, surname, mail, phone, employeeNumber, language, manager } = flags;
  const texts = { name, givenName, surname, mail, phone, employeeNumber, language, manager };
  const told = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  const person: NamedPerson = { account, groups: group, ...told };
  // Whatever would fail afterwards is looked at before anybody is added.
  if (flags.passHours !== undefined) requireHours(configuration, flags.passHours);
  if (flags.invite === true && !configuration.signIn.enabled) throw new AppError('invitation.sign-in-off');
  if (flags.invite === true && mail === undefined) throw new AppError('people.field-invalid', { reason: 'mail: --invite needs one' });
  const outcome = await judgePerson(runtime, directory, person, new Set());
  const password = flags.passwordStdin === true ? await readPassword(context) : null;
  if (password !== null && outcome === 'added') await requirePassword(context, runtime, configuration, directory, person, password);
  const tell = (about: object, line: string) => context.print(flags.json === true ? JSON.stringify(about) : line);
  if (flags.dryRun === true) {
    const line = outcome === 'added' ? 'Dry run, nothing was changed. Would be added' : 'Dry run, nothing was changed. Is there already';
    return tell({ account, directory: directory.id, outcome, dryRun: true }, `${line}: ${account} (${directory.label}).`);
  }

  const by = changedBy(context, configuration, flags.reason);
  const passwordHash = password === null ? await nobodysPassword(runtime, directory) : await directory.keptPeople.hashPassword(password);
  const options = { by, mustChange: flags.keepPassword !== true, hasPassword: password !== null, passwordHash };
  const { outcome: came, row } = await addPerson(runtime, directory, person, options);
  if (came === 'present') {
    await tell(
      { account: row.login, directory: directory.id, outcome: came },
      `${row.login} (${directory.label}) is there already as named. Nothing was changed, and no password, invitation or pass was given.`,
    );
    return;
  }
  await tell({ account: row.login, directory: directory.id, id: row.id, outcome: came }, `Added ${row.login} (${directory.label}).`);
  if (flags.invite === true)
    await inviteThem(context, runtime, configuration, { names: [row.login], directory: directory.id, json: flags.json === true });
  if (flags.passHours !== undefined) {
    const ref = { directory: directory.id, id: row.id };
    const { longestHours } = configuration.factors.temporaryPass;
    const issued = await issueTemporaryPass(runtime, ref, { hours: flags.passHours, longestHours, once: true }, by);
    if (flags.json === true)
      return context.print(JSON.stringify({ account: row.login, pass: issued.pass, endsAt: new Date(issued.endsAt).toISOString() }));
    const found = { account: directory.keptPeople.factsOf(row).account, directory };
    for (const line of await describePass(runtime, configuration, found, { ...issued, once: true })) await context.print(line);
  }
  if (password === null && flags.passHours === undefined)
    context.writeError(`keyturn: ${row.login} has no password yet. To let them set one: keyturn recovery pass ${row.login} --hours 24\n`);
}

/** @throws AppError `people.password-refused`, after each rule was told */
async function requirePassword(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  directory: KeepingDirectory,
  person: NamedPerson,
  password: string,
): Promise<void> {
  const { breached, dictionary, clock } = runtime;
  const deps = { breached: () => breached, dictionary: () => dictionary, configuration: () => configuration, clock };
  const judged = await judgeFirstPassword(deps, directory, person, password);
  if (judged.acceptable === true) return;
  for (const line of describePassword(judged, runtime, configuration)) context.writeError(`${line}\n`);
  const broken = judged.rules.flatMap(({ verdict }) => (verdict.ok === false ? [verdict.code] : []));
  throw new AppError('people.password-refused', { broken });
}
