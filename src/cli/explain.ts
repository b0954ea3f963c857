import { type Command, InvalidArgumentError, Option } from 'commander';
import { CLIENT_KINDS, type Client } from '../../shared/api/journeys.ts';
import { isAppError } from '../../shared/errors.ts';
import { type AccessExplanation, explainAccess } from '../core/access/explain-access.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { kindsNotLeaving, readRequirement } from '../core/enrolment/read-requirement.ts';
import type { Requirement } from '../core/enrolment/requirement.ts';
import { type ExplainedProof, explainProof } from '../core/journey/explain-proof.ts';
import type { PolicyExplanation } from '../core/password-policy/explain-policy.ts';
import { isNetwork } from '../core/proof/networks.ts';
import type { CommandContext } from './command-context.ts';
import { describeFailure } from './describe-failure.ts';
import { describeRequirement, presentRequirement } from './enrolment/describe-requirement.ts';
import { withExamples } from './examples.ts';
import { describeRoles, describeTarget, nameOf } from './explain/describe-access.ts';
import { describeProof } from './explain/describe-proof.ts';
import { describePassword, explainPassword, isPasswordTrouble, presentPassword } from './explain/explain-password.ts';
import { type FoundAccount, findOneAccount } from './find-account.ts';
import { readPassword } from './read-password.ts';
import { vouchedFor } from './vouched-for.ts';
import { withRuntime } from './with-runtime.ts';

interface ExplainOptions {
  user: string;
  directory?: string;
  client: Client['kind'];
  address?: string;
  target?: string;
  targetDirectory?: string;
  passwordStdin?: boolean;
  json?: boolean;
}

/** `keyturn explain`: everything that holds for one account, and why. */
export function addExplainCommand(program: Command, context: CommandContext): void {
  const explain = program
    .command('explain')
    .summary('explain what holds for an account: protection, roles, proof, enrolment, password')
    .requiredOption('--user <name>', 'sign-in name or another identifier of the account')
    .option('--directory <id>', 'the directory, where several have the name')
    .addOption(new Option('--client <kind>', 'from where the account would be recovered').choices(CLIENT_KINDS).default('web'))
    .option('--address <address>', 'the network address from which; without it the network is not known', parseAddress)
    .option('--target <name>', 'also tell what the account may do for this one by its roles')
    .option('--target-directory <id>', 'the directory of that account, where several have the name')
    .option('--password-stdin', 'judge the password on standard input; it is never an argument, which others could see')
    .option('--json', 'print it as JSON')
    .description(
      'Tell what holds for an account, and why: whether it is protected; which roles it holds and over whom; which rule of proof applies, what is offered and what is complete; what they are asked to enrol; and what a new password must meet. All of it is read from the directory now, and nothing is changed. Exit code 1 when something could not be read, when the password is refused, or when no password could be taken.',
    )
    .action((options: ExplainOptions) => run(context, options));
  withExamples(explain, [
    { command: 'keyturn explain --user alice', does: 'tells what holds for alice' },
    { command: 'keyturn explain --user frida --target alice', does: 'also tells what frida may do for alice, and why' },
    { command: 'keyturn explain --user alice --password-stdin', does: 'also judges the password that is typed' },
  ]);
}

function run(context: CommandContext, options: ExplainOptions): Promise<void> {
  return withRuntime(context, context.settings().settings, {}, async (runtime) => {
    const { configuration } = await createConfigurationReader(runtime.store).read();
    const person = await findOneAccount(runtime.directories, options.user, options.directory);
    const about = options.target === undefined ? null : await findOneAccount(runtime.directories, options.target, options.targetDirectory);
    const typed = options.passwordStdin === true ? await readPassword(context) : null;
    const where = { client: options.client, address: options.address ?? null };
    const deps = { ...runtime, directories: { all: () => runtime.directories }, configuration: () => configuration };
    const now = runtime.clock.now();
    const asked = async () =>
      readRequirement(runtime, configuration, person.directory, person.account, {
        now,
        notLeaving: await kindsNotLeaving(runtime.store, now),
      });
    const [protection, access, proof, enrolment, password] = await Promise.all([
      part(person.directory.isProtected(person.account)),
      part(explainAccess(deps, person, about)),
      part(explainProof(runtime, configuration, person, where, vouchedFor(runtime, configuration))),
      part(asked()),
      part(explainPassword(runtime, configuration, person, typed)),
    ]);
    const parts = { protection, access, proof, enrolment, password };
    if (Object.values(parts).some((each) => 'unknown' in each) || ('told' in password && isPasswordTrouble(password.told)))
      context.failed();
    if (options.json === true) {
      const told = present(person, parts, (explained) => presentPassword(explained, runtime, configuration));
      return context.print(JSON.stringify(told, null, 2));
    }
    const lines = [
      nameOf(person),
      ...linesOf(protection, 'protection', (told) => [
        told.protected ? `protected: ${told.reason ?? 'the directory does not say why'}` : 'not protected',
      ]),
      ...linesOf(access, 'roles', (told) => ['roles', ...describeRoles(told)]),
      ...linesOf(proof, 'proof', (told) => describeProof(told, where)),
      ...linesOf(enrolment, 'enrolment', (told) => ['enrolment', ...describeRequirement(told)]),
      ...linesOf(password, 'password', (told) => describePassword(told, runtime, configuration)),
      ...('told' in access && access.told.target !== null && about !== null
        ? [`for ${nameOf(about)}`, ...describeTarget(access.told.target, about)]
        : []),
    ];
    for (const line of lines) await context.print(line);
  });
}

/** One part of the explanation; what one part cannot read leaves the others alone. */
type Part<T> = { told: T } | { unknown: unknown };

async function part<T>(work: Promise<T>): Promise<Part<T>> {
  try {
    return { told: await work };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { unknown: error };
  }
}

function linesOf<T>(each: Part<T>, title: string, describe: (told: T) => string[]): string[] {
  if ('told' in each) return describe(each.told);
  const { meaning, facts } = describeFailure(each.unknown);
  return [`${title}: not known: ${meaning}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`];
}

function present(
  { account }: FoundAccount,
  parts: {
    protection: Part<{ protected: boolean; reason: string | null }>;
    access: Part<AccessExplanation>;
    proof: Part<readonly ExplainedProof[]>;
    enrolment: Part<Requirement>;
    password: Part<PolicyExplanation>;
  },
  password: (told: PolicyExplanation) => unknown,
) {
  const code = (error: unknown) => (isAppError(error) ? error.code : 'internal');
  const plain = <T>(each: Part<T>, as: (told: T) => unknown) => ('told' in each ? as(each.told) : { notKnown: code(each.unknown) });
  return {
    user: account.login,
    directory: account.directory,
    protection: plain(parts.protection, (told) => told),
    access: plain(parts.access, (told) => told),
    proof: plain(parts.proof, (told) =>
      told.map(({ goal, rules, offered, verdict: { reason, detail, combinations } }) => ({
        ...{ goal, reason, detail, offered, combinations },
        rules: rules.map(({ rule, fate, conditions }) => ({ name: rule.name, fate, conditions })),
      })),
    ),
    enrolment: plain(parts.enrolment, presentRequirement),
    password: plain(parts.password, password),
  };
}

function parseAddress(text: string): string {
  if (!isNetwork(text.includes(':') ? `${text}/128` : `${text}/32`)) throw new InvalidArgumentError('Expected an IPv4 or IPv6 address.');
  return text;
}
