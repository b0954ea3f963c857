import { type Command, Option } from 'commander';
import { AppError } from '../../shared/errors.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { endFactor, enrolFactors } from '../core/enrolment/enrol-factors.ts';
import { FROM_DIRECTORY, factorsOf } from '../core/enrolment/factors-of.ts';
import { otpauthAddress } from '../core/enrolment/totp-seed.ts';
import { linkedProofs } from '../core/people/linked-proofs.ts';
import type { FactorRow } from '../core/ports/store.ts';
import type { CommandContext } from './command-context.ts';
import { addRecoveryCodes } from './enrolment/add-recovery-codes.ts';
import { changedBy } from './enrolment/changed-by.ts';
import { addDefer } from './enrolment/defer.ts';
import { describeCombinations, describeContacts } from './enrolment/describe-combinations.ts';
import { describeFactor, presentFactor } from './enrolment/describe-factor.ts';
import { addImport } from './enrolment/import.ts';
import { addInvitations } from './enrolment/invitations.ts';
import { addInvite } from './enrolment/invite.ts';
import { type GivenKind, readProof } from './enrolment/read-proof.ts';
import { showSeed } from './enrolment/show-seed.ts';
import { addStatus } from './enrolment/status.ts';
import { withExamples } from './examples.ts';
import { type FoundAccount, findAccounts, findOneAccount } from './find-account.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';

const NAME = ['<name>', 'sign-in name or another identifier of the account'] as const;
const DIRECTORY = ['--directory <id>', 'the directory, where several have the name'] as const;
/** What an operator can enrol. A pass is issued by `keyturn recovery pass`. */
const ADDED_KINDS = ['email', 'sms', 'totp', 'recovery-code'] as const satisfies readonly (GivenKind | 'recovery-code')[];
const JSON_OUTPUT = ['--json', 'print the result as JSON'] as const;

/** `keyturn enrolment`: what people can prove themselves with. */
export function addEnrolmentCommand(program: Command, context: CommandContext): void {
  const enrolment = program
    .command('enrolment')
    .summary('see and change what people can prove themselves with')
    .description(
      'See and change what people can prove themselves with. Every change is in the audit log, and the owner of the account is told at all addresses that were known before it.',
    );
  addAdd(enrolment, context);
  addList(enrolment, context);
  addRemove(enrolment, context);
  addImport(enrolment, context);
  addInvite(enrolment, context);
  addInvitations(enrolment, context);
  addStatus(enrolment, context);
  addDefer(enrolment, context);
}

interface AddOptions {
  kind: (typeof ADDED_KINDS)[number];
  address?: string;
  number?: string;
  seed?: string;
  label?: string;
  reason?: string;
  directory?: string;
  json?: boolean;
}

function addAdd(enrolment: Command, context: CommandContext): void {
  const add = enrolment
    .command('add')
    .argument(...NAME)
    .addOption(new Option('--kind <kind>', 'what to enrol').choices(ADDED_KINDS).makeOptionMandatory())
    .option('--address <address>', 'for email: where codes are sent')
    .option('--number <number>', 'for sms: the telephone, such as +4915112345678')
    .option(
      '--seed <reference>',
      'for totp: a seed in base32 that there is already, as env:NAME or file:/path; a new one is made and shown when absent',
    )
    .option('--label <text>', 'what the person calls it')
    .option('--reason <text>', 'why; kept in the audit log')
    .option(...DIRECTORY)
    .option(...JSON_OUTPUT)
    .description('Enrol a proof for one person. Make sure first that it is theirs: whoever has it can recover the account.')
    .action((name: string, options: AddOptions) =>
      onAccount(context, async (runtime, configuration) => {
        const found = await findOneAccount(runtime.directories, name, options.directory);
        const { kind } = options;
        if (kind === 'recovery-code') return addRecoveryCodes(context, runtime, configuration, found, options);
        const proof = readProof(context, runtime, configuration, { ...options, kind });
        const { account } = found;
        const { added, present } = await enrolFactors(
          runtime,
          refOf(found),
          [{ ...proof, source: 'operator' }],
          changedBy(context, configuration, options.reason),
        );
        if (present[0] !== undefined) throw new AppError('enrolment.present', { account: account.login, id: present[0].id });
        const [row] = added as [FactorRow];
        const shown = options.kind === 'totp' && options.seed === undefined;
        const otpauth = shown ? otpauthAddress(proof.secret, { issuer: configuration.organisation.name, account: account.login }) : null;
        const factors = await factorsOf(runtime, found.account);
        if (options.json === true) {
          const secret = otpauth === null ? {} : { seed: proof.secret, otpauth };
          return context.print(JSON.stringify({ ...about(found), ...presentFactor(row), ...secret }, null, 2));
        }
        await context.print(`Enrolled for ${nameOf(found)}: ${describeFactor(row)}. Id: ${row.id}`);
        if (otpauth !== null) await context.write(showSeed(proof.secret, otpauth));
        for (const line of await describeCombinations(configuration, found, [...factors, ...(await linkedProofs(runtime, found.account))]))
          await context.print(line);
      }),
    );
  withExamples(add, [
    {
      command: 'keyturn enrolment add alice --kind email --address alice@home.example',
      does: 'lets alice prove herself with codes sent there',
    },
    { command: 'keyturn enrolment add alice --kind sms --number +4915112345678', does: 'lets codes be sent to that telephone' },
    {
      command: 'keyturn enrolment add alice --kind recovery-code',
      does: 'makes ten recovery codes for alice, shows them once, and ends earlier ones',
    },
    { command: 'keyturn enrolment add alice --kind totp', does: 'makes a seed for the authenticator app of alice, and shows it once' },
    {
      command: 'keyturn enrolment add alice --kind totp --seed file:/root/alice.seed',
      does: 'takes over an authenticator that alice has already',
    },
  ]);
}

function addList(enrolment: Command, context: CommandContext): void {
  const list = enrolment
    .command('list')
    .argument(...NAME)
    .option(...DIRECTORY)
    .option(...JSON_OUTPUT)
    .description('Show what a person has enrolled, and which accepted combinations they can give with it. Secrets are not shown.')
    .action((name: string, options: { directory?: string; json?: boolean }) =>
      onAccount(context, async (runtime, configuration) => {
        const accounts = await Promise.all(
          (await findAccounts(runtime.directories, name, options.directory)).map(async (found) => ({
            found,
            factors: await factorsOf(runtime, found.account),
          })),
        );
        if (options.json === true) {
          const shown = accounts.map(({ found, factors }) => ({ ...about(found), factors: factors.map(presentFactor) }));
          return context.print(JSON.stringify(shown, null, 2));
        }
        for (const { found, factors } of accounts) {
          await context.print(`${nameOf(found)}: ${factors.length === 0 ? 'nothing enrolled' : `${factors.length} enrolled`}`);
          for (const row of factors) await context.print(`  ${row.id}  ${describeFactor(row)}`);
          for (const line of await describeCombinations(configuration, found, [
            ...factors,
            ...(await linkedProofs(runtime, found.account)),
          ]))
            await context.print(line);
          for (const line of describeContacts(configuration, found.account)) await context.print(line);
        }
      }),
    );
  withExamples(list, [
    { command: 'keyturn enrolment list alice', does: 'shows what alice has enrolled, with the ids that `remove` takes' },
  ]);
}

function addRemove(enrolment: Command, context: CommandContext): void {
  const remove = enrolment
    .command('remove')
    .argument(...NAME)
    .argument('<id>', 'which proof, as `keyturn enrolment list` shows it')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--yes', 'do it; without this it is only shown')
    .option(...DIRECTORY)
    .option(...JSON_OUTPUT)
    .description(
      'End a proof of one person, such as the authenticator on a phone that was lost. It stays in the database as a dated record.',
    )
    .action((name: string, id: string, options: { reason: string; yes?: boolean; directory?: string; json?: boolean }) =>
      onAccount(context, async (runtime, configuration) => {
        const found = await findOneAccount(runtime.directories, name, options.directory);
        const factors = await factorsOf(runtime, found.account);
        const row = factors.find((factor) => factor.id === id);
        if (row === undefined) throw new AppError('enrolment.factor-unknown', { account: found.account.login, id });
        if (row.source === FROM_DIRECTORY)
          throw new AppError('enrolment.from-directory', { account: found.account.login, address: row.secret });
        const rest = [...factors.filter((factor) => factor.id !== id), ...(await linkedProofs(runtime, found.account))];
        if (options.yes !== true) {
          await context.print(`Would end for ${nameOf(found)}: ${describeFactor(row)}. Afterwards:`);
          for (const line of await describeCombinations(configuration, found, rest)) await context.print(line);
          context.writeError('keyturn: nothing was changed. Add --yes to do it.\n');
          return context.failed();
        }
        await endFactor(runtime, refOf(found), id, { ...changedBy(context, configuration, options.reason), reason: options.reason });
        if (options.json === true) return context.print(JSON.stringify({ ...about(found), ...presentFactor(row), ended: true }, null, 2));
        await context.print(`Ended for ${nameOf(found)}: ${describeFactor(row)}.`);
        for (const line of await describeCombinations(configuration, found, rest)) await context.print(line);
      }),
    );
  withExamples(remove, [
    {
      command: 'keyturn enrolment remove alice 4fJ2nQ8vT0aXyRk1bLw3ZQ --reason "phone lost, ticket 4711" --yes',
      does: 'ends that proof: codes of it are worth nothing from now on',
    },
  ]);
}

async function onAccount(context: CommandContext, work: (runtime: Runtime, configuration: Configuration) => Promise<void>): Promise<void> {
  await withRuntime(context, context.settings().settings, {}, async (runtime) => {
    const { configuration } = await createConfigurationReader(runtime.store).read();
    await work(runtime, configuration);
  });
}

function refOf({ account }: FoundAccount) {
  return { directory: account.directory, id: account.id };
}

function about({ account }: FoundAccount) {
  return { account: account.login, directory: account.directory };
}

function nameOf({ account, directory }: FoundAccount): string {
  return `${account.login} (${directory.label})`;
}
