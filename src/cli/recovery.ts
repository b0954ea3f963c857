import type { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { type RecoveryState, readRecoveryState, releaseRecovery } from '../core/freeze/release-recovery.ts';
import { createGuard, type Guard } from '../core/guard/guard.ts';
import type { Account } from '../core/ports/directory.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { findAccounts } from './find-account.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';

/** `keyturn recovery`: what keeps a person from recovering an account, and how an operator ends it. */
export function addRecoveryCommand(program: Command, context: CommandContext): void {
  const recovery = program
    .command('recovery')
    .summary('see and end what blocks the recovery of an account')
    .description('See and end what blocks the recovery of an account.');
  const status = recovery
    .command('status')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .description('Tell whether recovery of an account is frozen ("this was not me") or pauses after failures.')
    .action(async (name: string) => {
      await onAccounts(context, name, undefined, async (account, runtime, guard) => {
        await context.print(describe(account, await readRecoveryState({ ...runtime, guard }, account), runtime.clock.now()));
      });
    });
  withExamples(status, [{ command: 'keyturn recovery status alice', does: 'tells what blocks the recovery of alice, if anything does' }]);
  const release = recovery
    .command('release')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--directory <id>', 'the directory, where several have the name')
    .description('Lift a freeze and end the pause after failures. Make sure first that the account is in the right hands.')
    .action(async (name: string, options: { reason: string; directory?: string }) => {
      const author = context.environment.SUDO_USER ?? context.environment.USER ?? 'command line';
      await onAccounts(context, name, options.directory, async (account, runtime, guard, others) => {
        if (others > 0) throw new AppError('directory.ambiguous', { name, accounts: others + 1, fix: 'name one with --directory' });
        const before = await releaseRecovery({ ...runtime, guard }, account, { author, reason: options.reason });
        await context.print(`Released. Before: ${describe(account, before, runtime.clock.now())}`);
      });
    });
  withExamples(release, [
    { command: 'keyturn recovery release alice --reason "ticket 4711, called back"', does: 'lets alice recover the account again' },
  ]);
}

async function onAccounts(
  context: CommandContext,
  name: string,
  directoryId: string | undefined,
  work: (account: Account, runtime: Runtime, guard: Guard, others: number) => Promise<void>,
): Promise<void> {
  await withRuntime(context, context.settings().settings, {}, async (runtime) => {
    const { configuration } = await createConfigurationReader(runtime.store).read();
    const guard = createGuard({ ...runtime, configuration: () => configuration });
    const accounts = await findAccounts(runtime.directories, name, directoryId);
    for (const { account } of accounts) await work(account, runtime, guard, accounts.length - 1);
  });
}

function describe(account: Account, state: RecoveryState, now: number): string {
  const what = [
    state.frozen ? 'frozen: somebody said "this was not me"' : '',
    state.pausedUntil > now
      ? `proofs from networks that the owner never used are worth nothing until ${new Date(state.pausedUntil).toISOString()}`
      : '',
    state.failures > 0 ? `${state.failures} wrong proofs lately` : '',
    state.suspended > 0 ? 'the authenticator is suspended after too many wrong codes' : '',
  ].filter((part) => part !== '');
  return `${account.login} (${account.directory}): ${what.length === 0 ? 'nothing blocks recovery' : what.join('; ')}`;
}
