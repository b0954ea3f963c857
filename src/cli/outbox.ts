import type { Command } from 'commander';
import { deleteMessage, type QueuedMessage, readQueue, retryMessage } from '../core/notify/outbox-queue.ts';
import type { CommandContext } from './command-context.ts';
import { authorOf } from './config/applied.ts';
import { withExamples } from './examples.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';
import { wordsGiven } from './words-given.ts';

/** `keyturn outbox`: messages that have not left. */
export function addOutboxCommand(program: Command, context: CommandContext): void {
  const outbox = program
    .command('outbox')
    .summary('see messages that have not left, try them again or delete them')
    .description('See the messages that have not left yet, and why. Neither what they say nor whom they are for is printed.');
  const withStore = (work: (runtime: Runtime) => Promise<void>) =>
    withRuntime(context, context.settings().settings, { only: 'store' }, work);
  const author = () => ({ name: authorOf(context), actor: { kind: 'operator', client: 'cli' } as const });
  // A running server looks into its outbox by itself.
  const wakeOutbox = () => {};

  const list = outbox
    .command('list')
    .option('--json', 'print as JSON')
    .description('List the messages that have not left, the oldest first, and the code of what was in the way of each.')
    .action(({ json = false }: { json?: boolean }) =>
      withStore(async (runtime) => {
        const { messages, more } = await readQueue(runtime);
        if (json) return context.print(JSON.stringify({ messages: messages.map(presented), more }, null, 2));
        for (const message of messages) await context.print(line(message));
        if (messages.length === 0) await context.print('Nothing waits.');
        if (more) await context.print('There are more.');
      }),
    );
  withExamples(list, [{ command: 'keyturn outbox list', does: 'tells what waits, and why' }]);

  const retry = outbox
    .command('retry')
    .argument('[id...]', 'of messages, as listed')
    .option('--all', 'all that were given up or wait for their next try')
    .description('Try messages at once that were given up or wait. A text of which nobody knows whether it arrived may arrive twice.')
    .action((ids: string[], { all = false }: { all?: boolean }) =>
      withStore(async (runtime) => {
        const listed = all ? (await readQueue(runtime)).messages.filter(({ state }) => state === 'given-up' || state === 'retrying') : [];
        const wanted = all ? listed.map(({ id }) => id) : ids;
        if (wanted.length === 0 && !all) retry.error('error: Name messages, or say --all.', { exitCode: 2 });
        for (const id of wanted) await retryMessage({ ...runtime, wakeOutbox }, author(), id);
        await context.print(`To be tried at once: ${wanted.length}.`);
      }),
    );
  withExamples(retry, [{ command: 'keyturn outbox retry --all', does: 'tries everything again, once the mail server works' }]);

  const remove = outbox
    .command('delete')
    .argument('<id>', 'of the message, as listed')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log', wordsGiven)
    .description('Delete a message that could not be delivered. One that was not tried yet cannot be deleted.')
    .action((id: string, { reason }: { reason: string }) =>
      withStore(async (runtime) => {
        await deleteMessage(runtime, author(), id, reason);
        await context.print('Deleted.');
      }),
    );
  withExamples(remove, [{ command: 'keyturn outbox delete 4xZk --reason "the address is closed for good"', does: 'deletes that message' }]);
}

function presented({ createdAt, runAt, expiresAt, ...message }: QueuedMessage) {
  const time = (at: number) => new Date(at).toISOString();
  return { ...message, createdAt: time(createdAt), runAt: time(runAt), expiresAt: expiresAt === null ? null : time(expiresAt) };
}

function line(message: QueuedMessage): string {
  const { id, state, lane, kind, to, attempts, problem, createdAt, runAt } = presented(message);
  const next = state === 'retrying' || state === 'waiting' ? `  next ${runAt}` : '';
  return `${id}  ${createdAt}  ${state}  ${lane} ${kind}  ${to ?? '-'}  tries ${attempts}${problem === null ? '' : `  ${problem}`}${next}`;
}
