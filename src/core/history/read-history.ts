import type { HistoryFilter } from '../../../shared/api/history.ts';
import type { HistoryGroup } from '../../../shared/history-groups.ts';
import { groupOf } from '../audit/event-groups.ts';
import { accountsIn, termFor } from '../audit/event-terms.ts';
import { factsOf } from '../audit/facts-of.ts';
import type { CoreDeps, Directories } from '../core-deps.ts';
import type { AuditRow, AuditSearch } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import { createNames, type NameOf } from './name-accounts.ts';
import { tellEvent } from './tell-event.ts';
import { type Meant, whoIsMeant } from './who-is-meant.ts';

export interface HistoryDeps extends Pick<CoreDeps, 'store' | 'keys' | 'log' | 'texts'> {
  readonly directories: Pick<Directories, 'all'>;
}

/** `type`: only events of this one, for who knows them by name. */
export interface WantedHistory extends HistoryFilter {
  readonly type?: string | undefined;
}

/** An event as people read it. */
export interface ToldEvent {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly group: HistoryGroup | null;
  readonly sentence: string;
  readonly accounts: readonly { readonly directory: string; readonly id: string; readonly login: string | null }[];
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface HistoryPage {
  readonly events: readonly ToldEvent[];
  readonly cursor: number | null;
}

/** A history that is looked through: who is meant in it was found out once. */
export interface OpenedHistory {
  readonly about: Meant | null;
  page(from: { before?: number | undefined; limit: number }): Promise<HistoryPage>;
  named(accounts: readonly AccountRef[]): Promise<NameOf>;
}

/**
 * The audit log, newest first, as far as it fits (HELP-7). Names are those that the directories tell now.
 * @throws AppError `directory.*` where a person is named and a directory cannot tell who that is
 */
export async function openHistory(deps: HistoryDeps, wanted: WantedHistory, language: string): Promise<OpenedHistory> {
  const about = await whoIsMeant(deps, wanted);
  const search = searchFor(wanted, about);
  const named = createNames(deps);
  return {
    about,
    named,
    async page({ before, limit }) {
      const { rows, next } = await deps.store.audit.search({ ...search, before, limit });
      const fitting = wanted.type === undefined ? rows : rows.filter(({ type }) => type === wanted.type);
      const nameOf = await named(fitting.flatMap(({ data }) => accountsIn(factsOf(data))));
      return { events: fitting.map((row) => told(deps, row, nameOf, language)), cursor: next };
    },
  };
}

/** What few events have stands first. */
function searchFor(wanted: WantedHistory, about: Meant | null): Omit<AuditSearch, 'limit' | 'before'> {
  const group = wanted.group ?? (wanted.type === undefined ? null : groupOf(wanted.type));
  const terms = [
    ...(about === null ? [] : [about.terms]),
    ...(wanted.by === undefined ? [] : [[termFor.author(wanted.by)]]),
    ...(group === null ? [] : [[termFor.group(group)]]),
    ...(wanted.directory === undefined ? [] : [[termFor.directory(wanted.directory)]]),
  ];
  const time = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return { terms, from: time(wanted.from), to: time(wanted.to) };
}

function told(deps: HistoryDeps, { seq, at, type, data }: AuditRow, nameOf: NameOf, language: string): ToldEvent {
  const facts = factsOf(data);
  const accounts = accountsIn(facts).map((each) => ({ ...each, login: nameOf(each) }));
  return { seq, at, type, group: groupOf(type), sentence: tellEvent(deps.texts, { type, facts }, nameOf, language), accounts, facts };
}
