import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { csvHead, csvLines } from '../../core/csv-lines.ts';
import { isGood } from '../../core/enrolment/invitations/invite.ts';
import { revokeInvitations } from '../../core/enrolment/invitations/revoke-invitations.ts';
import type { Directory } from '../../core/ports/directory.ts';
import type { InvitationRow } from '../../core/ports/invitation-store.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { findOneAccount } from '../find-account.ts';
import type { Runtime } from '../runtime.ts';
import { withRuntime } from '../with-runtime.ts';
import { changedBy } from './changed-by.ts';
import { inviteThem } from './invite.ts';

const STATES = ['open', 'used', 'expired', 'revoked'] as const;
type State = (typeof STATES)[number];
const COLUMNS = ['directory', 'account', 'state', 'invited', 'until', 'author'] as const;
const DAY = 24 * 3_600_000;
/** Rows that are read at once. */
const PAGE = 500;

/** `keyturn enrolment invitations`, `revoke` and `remind`: what became of them. */
export function addInvitations(enrolment: Command, context: CommandContext): void {
  addList(enrolment, context);
  addRevoke(enrolment, context);
  addRemind(enrolment, context);
}

function addList(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('invitations')
    .addOption(new Option('--state <state>', 'only those').choices(STATES))
    .option('--json', 'print JSON Lines')
    .description(
      'List the newest invitation of everybody who was invited, as CSV. `open`: nothing was set up by it yet. How many there are of each state goes to standard error.',
    )
    .action((flags: { state?: State; json?: boolean }) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
        if (flags.json !== true) await context.write(csvHead(COLUMNS));
        await forEachNewest(runtime, async (row) => {
          const state = stateOf(row, runtime.clock.now());
          counts[state] += 1;
          if (flags.state !== undefined && flags.state !== state) return;
          const shown = await present(runtime.directories, row, state);
          const line = flags.json === true ? `${JSON.stringify(shown)}\n` : csvLines([shown], COLUMNS);
          await context.write(line);
        });
        context.writeError(`keyturn: ${STATES.map((state) => `${counts[state]} ${state}`).join(', ')}.\n`);
      }),
    );
  withExamples(command, [
    {
      command: 'keyturn enrolment invitations > invited.csv',
      does: 'writes who was invited, and what came of it, into a file for a spreadsheet',
    },
    { command: 'keyturn enrolment invitations --state open', does: 'lists those who have not set anything up yet' },
  ]);
}

function addRevoke(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('revoke')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--directory <id>', 'the directory, where several have the name')
    .description('Take an invitation back: its link gives nothing any more.')
    .action((name: string, flags: { reason: string; directory?: string }) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const { account, directory } = await findOneAccount(runtime.directories, name, flags.directory);
        const by = { ...changedBy(context, configuration, flags.reason), reason: flags.reason };
        const count = await revokeInvitations(runtime, { directory: account.directory, id: account.id }, by);
        if (count === 0) throw new AppError('invitation.none', { account: account.login });
        await context.print(`Taken back: the invitation of ${account.login} (${directory.label}).`);
      }),
    );
  withExamples(command, [
    { command: 'keyturn enrolment revoke alice --reason "mail went to a wrong address"', does: 'ends the invitation of alice' },
  ]);
}

function addRemind(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('remind')
    .option('--after-days <days>', 'only those whose last invitation is at least so old', readDays, 3)
    .option('--dry-run', 'judge everything and send nothing')
    .option('--json', 'print JSON Lines')
    .description(
      'Invite again everybody who was invited, has set up nothing by it and cannot recover yet: the newer mail takes the place of the older one.',
    )
    .action((flags: { afterDays: number; dryRun?: boolean; json?: boolean }) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const before = runtime.clock.now() - flags.afterDays * DAY;
        const { afterDays: _days, ...rest } = flags;
        await inviteThem(context, runtime, configuration, {
          ...{ ...rest, again: true, names: [] },
          accounts: {
            each: (visit) =>
              forEachNewest(runtime, async (row) => {
                if (row.usedAt === null && row.revokedAt === null && row.createdAt <= before)
                  await visit({ directory: row.directory, id: row.accountId });
              }),
          },
        });
      }),
    );
  withExamples(command, [
    { command: 'keyturn enrolment remind --after-days 5', does: 'writes again to those who have done nothing for five days' },
  ]);
}

function readDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Expected whole days, at least 1.');
  return Number(text);
}

async function forEachNewest({ store }: Runtime, visit: (row: InvitationRow) => Promise<void>): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await store.invitations.newestAfter(after, PAGE);
    for (const row of rows) await visit(row);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function stateOf(row: InvitationRow, now: number): State {
  if (row.usedAt !== null) return 'used';
  if (row.revokedAt !== null) return 'revoked';
  return isGood(row, now) ? 'open' : 'expired';
}

async function present(directories: readonly Directory[], row: InvitationRow, state: State) {
  const directory = directories.find(({ id }) => id === row.directory);
  const account = (await directory?.readAccount({ directory: row.directory, id: row.accountId })) ?? null;
  return {
    ...{ directory: row.directory, account: account?.login ?? row.accountId, state, author: row.author },
    ...{ invited: new Date(row.createdAt).toISOString(), until: new Date(row.expiresAt).toISOString() },
  };
}
