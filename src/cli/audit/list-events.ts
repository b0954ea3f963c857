import { type Command, InvalidArgumentError, Option } from 'commander';
import { HISTORY_GROUPS, type HistoryGroup } from '../../../shared/history-groups.ts';
import { EVENT_GROUPS } from '../../core/audit/event-groups.ts';
import { openHistory, type ToldEvent } from '../../core/history/read-history.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { plainLine } from '../plain-text.ts';
import { withRuntime } from '../with-runtime.ts';

interface ListOptions {
  person?: string;
  account?: string;
  directory?: string;
  group?: HistoryGroup;
  type?: string;
  by?: string;
  since?: (now: number) => string;
  until?: (now: number) => string;
  most: number;
  language: string;
  json?: boolean;
}

/** Events that are read at once. */
const PAGE = 200;
const DAY = 86_400_000;

/** `keyturn audit list`: the same history as in the browser. */
export function addList(audit: Command, context: CommandContext): void {
  const list = audit
    .command('list')
    .description(
      'Print what happened, newest first, one event a line, with the names that the directories tell now. All that is asked for must fit.',
    )
    .option('--person <name>', 'about this person, by whichever of their accounts')
    .option('--account <id>', 'about this account of --directory, also one that is no longer there')
    .option('--directory <id>', 'in this directory')
    .addOption(new Option('--group <group>', 'of these types').choices(HISTORY_GROUPS))
    .option('--type <type>', 'of this one type: see the reference of audit events', parseType)
    .option('--by <name>', 'done by this agent or operator')
    .option('--since <time>', 'from then on: 2026-02-01, 2026-02-01T13:00:00Z, or 7d for days back', parseTime)
    .option('--until <time>', 'before then', parseTime)
    .option('--most <number>', 'so many events at most', parseMost, 50)
    .option('--language <language>', 'of the sentences', 'en')
    .option('--json', 'print each event as JSON, with all of its facts')
    .action(async ({ most, language, json, since, until, ...wanted }: ListOptions) => {
      await withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const now = runtime.clock.now();
        const filter = { ...wanted, from: since?.(now), to: until?.(now) };
        const history = await openHistory({ ...runtime, directories: { all: () => runtime.directories } }, filter, language);
        let left = most;
        for (let before: number | null | undefined; before !== null && left > 0; ) {
          const page = await history.page({ before, limit: Math.min(PAGE, left) });
          for (const event of page.events) await context.print(json === true ? JSON.stringify(event) : line(event));
          left -= page.events.length;
          before = page.cursor;
        }
      });
    });
  withExamples(list, [
    { command: 'keyturn audit list --person alice', does: 'tells what happened to alice lately' },
    { command: 'keyturn audit list --group helpdesk --since 7d', does: 'tells what the helpdesk did in the last seven days' },
    { command: 'keyturn audit list --type factor.ended --by frida --json', does: 'prints proofs that frida ended, with all facts' },
  ]);
}

function line({ seq, at, sentence }: ToldEvent): string {
  return plainLine(`${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}  ${seq}  ${sentence}`);
}

function parseType(text: string): string {
  if (!Object.hasOwn(EVENT_GROUPS, text)) throw new InvalidArgumentError('No event has this type.');
  return text;
}

/** @returns the instant as ISO 8601, once it is known what time it is */
function parseTime(text: string): (now: number) => string {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  if (days !== undefined) return (now) => new Date(now - Number(days) * DAY).toISOString();
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('Expected a time as 2026-02-01T13:00:00Z, a day as 2026-02-01, or days back as 7d.');
  return () => new Date(at).toISOString();
}

function parseMost(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a number of events.');
  return Number(text);
}
