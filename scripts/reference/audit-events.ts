import { readFileSync } from 'node:fs';
import { HISTORY_GROUPS } from '../../shared/history-groups.ts';
import { EVENT_GROUPS } from '../../src/core/audit/event-groups.ts';
import { cell } from './describe-schema.ts';

const textsOf = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../locales/en/${file}.json`, import.meta.url), 'utf8')) as Record<string, string>;

/** Every type of event of the audit log, by the groups of the history, with the sentence that people read. */
export function auditEventsText(): string[] {
  const [sentences, titles] = [textsOf('history'), textsOf('admin')];
  const groups = HISTORY_GROUPS.map((group) => {
    const types = Object.entries(EVENT_GROUPS).filter(([, of]) => of === group);
    const rows = types.map(([type]) => `| \`${type}\` | ${cell((sentences[`event.${type}`] ?? '').replace(/\{\{(\w+)\}\}/g, '*$1*'))} |`);
    return [`## ${titles[`history.group.${group}`]} (\`${group}\`)`, '', '| type | as the history tells it |', '|---|---|', ...rows].join(
      '\n',
    );
  });
  return [
    'What `keyturn audit export` and `keyturn audit list --json` name as `type`, and what `keyturn audit list`, the page and the CSV of the history make of it. Types are stable; new ones may be added, and so may facts. *who* is the agent or operator, *whom* the accounts that it is about, by the names that the directories tell now; reasons stand behind the sentence.',
    ...groups,
  ];
}
