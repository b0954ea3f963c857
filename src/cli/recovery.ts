import type { Command } from 'commander';
import { shellWord } from '../../shared/fix-text.ts';
import { type AccountVerdict, judgeAccount } from '../core/accounts/judge-account.ts';
import { describeEvent, recentEvents } from '../core/audit/recent-events.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { type RecoveryState, readRecoveryState, releaseRecovery } from '../core/freeze/release-recovery.ts';
import { createGuard, type Guard } from '../core/guard/guard.ts';
import { usualSituation } from '../core/journey/usual-situation.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { describeContacts } from './enrolment/describe-combinations.ts';
import { withExamples } from './examples.ts';
import { type FoundAccount, findAccounts, findOneAccount } from './find-account.ts';
import { plainLine } from './plain-text.ts';
import { addPass } from './recovery/add-pass.ts';
import { describeLinked } from './recovery/describe-linked.ts';
import { describeState, describeVerdict } from './recovery/describe-verdict.ts';
import type { Runtime } from './runtime.ts';
import { vouchedFor } from './vouched-for.ts';
import { withRuntime } from './with-runtime.ts';

/** `keyturn recovery`: what keeps a person from recovering an account, and what an operator can do for them. */
export function addRecoveryCommand(program: Command, context: CommandContext): void {
  const recovery = program
    .command('recovery')
    .summary('see and end what blocks the recovery of an account, and let somebody in by a temporary pass')
    .description('See and end what blocks the recovery of an account, and let somebody in by a temporary pass.');
  const status = recovery
    .command('status')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--json', 'print the result as JSON')
    .description(
      'Tell whether the owner of an account can recover it now, judged as a recovery judges it, and if not, why: what is enrolled and what is missing, what the directory says, a freeze ("this was not me"), pauses after failures; and what happened lately.',
    )
    .action(async (name: string, options: { directory?: string; json?: boolean }) => {
      await withConfiguration(context, async (runtime, configuration, guard) => {
        const found = await findAccounts(runtime.directories, name, options.directory);
        const told = await Promise.all(found.map((one) => statusOf(one, runtime, configuration, guard)));
        if (options.json === true) return context.print(JSON.stringify(told.map(present), null, 2));
        for (const one of told) await printStatus(context, one, configuration, runtime);
      });
    });
  withExamples(status, [
    { command: 'keyturn recovery status alice', does: 'tells whether alice can recover her account, and if not, why' },
  ]);
  addPass(recovery, context);
  const release = recovery
    .command('release')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--directory <id>', 'the directory, where several have the name')
    .description('Lift a freeze and end the pause after failures. Make sure first that the account is in the right hands.')
    .action(async (name: string, options: { reason: string; directory?: string }) => {
      const author = context.environment.SUDO_USER ?? context.environment.USER ?? 'command line';
      await withConfiguration(context, async (runtime, _configuration, guard) => {
        const { account, directory } = await findOneAccount(runtime.directories, name, options.directory);
        const before = await releaseRecovery({ ...runtime, guard }, account, { author, reason: options.reason });
        const what = describeState(before, runtime.clock.now());
        await context.print(`Released: ${account.login} (${directory.label}). Before: ${what.join('; ') || 'nothing blocked it'}`);
        if (before.linked.length > 0) await context.print('It is still held up:');
        for (const line of await linkedLines(context, runtime, before)) await context.print(line);
      });
    });
  withExamples(release, [
    { command: 'keyturn recovery release alice --reason "ticket 4711, called back"', does: 'lets alice recover the account again' },
  ]);
}

async function withConfiguration(
  context: CommandContext,
  work: (runtime: Runtime, configuration: Configuration, guard: Guard) => Promise<void>,
): Promise<void> {
  await withRuntime(context, context.settings().settings, {}, async (runtime) => {
    const { configuration } = await createConfigurationReader(runtime.store).read();
    await work(runtime, configuration, createGuard({ ...runtime, configuration: () => configuration }));
  });
}

interface Status {
  found: FoundAccount;
  verdict: AccountVerdict;
  state: RecoveryState;
  lately: Awaited<ReturnType<typeof recentEvents>>;
}

async function statusOf(found: FoundAccount, runtime: Runtime, configuration: Configuration, guard: Guard): Promise<Status> {
  const { account, directory } = found;
  const asked = {
    ...usualSituation(configuration, 'web'),
    rules: configuration.recovery.rules,
    canBeVouchedFor: vouchedFor(runtime, configuration),
  };
  const [verdict, state, lately] = await Promise.all([
    judgeAccount(runtime, directory, account, asked),
    readRecoveryState({ ...runtime, guard }, account),
    recentEvents(runtime.store, account),
  ]);
  return { found, verdict, state, lately };
}

const linkedLines = (context: CommandContext, { directories }: Runtime, { linked }: RecoveryState) =>
  describeLinked(directories, linked, (line) => completeCommand(line, context.settingsFile()));

async function printStatus(context: CommandContext, status: Status, configuration: Configuration, runtime: Runtime): Promise<void> {
  const { found, verdict, state, lately } = status;
  const complete = (line: string) =>
    completeCommand(
      line.replace(/\bNAME\b/, () => shellWord(found.account.login)),
      context.settingsFile(),
    );
  const [first, ...others] = describeVerdict(verdict, state, configuration, runtime.clock.now(), complete);
  await context.print(`${found.account.login} (${found.directory.label}): ${first}`);
  const linked = await linkedLines(context, runtime, state);
  for (const line of [...linked, ...others, ...describeContacts(configuration, found.account)]) await context.print(line);
  if (lately.length > 0) await context.print('  lately (UTC):');
  for (const event of lately) await context.print(`    ${plainLine(describeEvent(event))}`);
}

function present({ found, verdict, state, lately }: Status) {
  const { account } = found;
  const { reason, detail, combinations } = verdict;
  const pausedUntil = state.pausedUntil === 0 ? null : new Date(state.pausedUntil).toISOString();
  return {
    account: account.login,
    directory: account.directory,
    canRecover: reason === null,
    ...{ reason, detail, combinations, ...state, pausedUntil },
    lately: lately.map(({ at, type, data }) => ({ at: new Date(at).toISOString(), type, data: JSON.parse(data) as unknown })),
  };
}
