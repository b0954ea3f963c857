import type { FirstResetProgress, ShownFirstReset } from '../../../../shared/api/first-reset.ts';
import { isDirectoryTrouble } from '../../accounts/is-directory-trouble.ts';
import { termFor } from '../../audit/event-terms.ts';
import { factsOf as eventFacts } from '../../audit/facts-of.ts';
import type { ActDeps } from '../../journey/act.ts';
import { loadedJourney } from '../../journey/journey-state.ts';
import { addressesTold } from '../../notify/compose-notice.ts';
import { MAIL_JOB } from '../../notify/queue-mail.ts';
import { NOTICE_JOB, type NoticeRequest } from '../../notify/queue-notice.ts';
import type { AccountRef, Directory } from '../../ports/directory.ts';
import type { Trouble } from '../../ports/directory-finder.ts';
import type { OutboxRow } from '../../ports/outbox-store.ts';
import type { FirstReset } from './first-reset.ts';
import { MOST_LINKS } from './link.ts';

/** As many events of one person, and messages, as one trial can bring about, several times over. */
const MOST_READ = 100;

const NOTHING: FirstResetProgress = { isOpened: false, written: 'waiting', problem: null, notice: null, event: null };

/**
 * The step as its page shows it: read where it happened, in the journey, the audit log and the queue. A directory that is not there hides
 * whom the notice goes to, and nothing else.
 */
export async function showFirstReset(deps: ActDeps, { person, link, linksMade, endsAt }: FirstReset): Promise<ShownFirstReset> {
  const rest = { linkEndsAt: link?.endsAt ?? null, linksLeft: MOST_LINKS - linksMade, endsAt };
  if (person === undefined) return { ...rest, person: null, trouble: null, progress: NOTHING };
  const directory = deps.directories.get(person.directory);
  const asked = await addressesOf(deps, directory, person);
  const addresses = Array.isArray(asked) ? asked : null;
  return {
    ...rest,
    person: { login: person.login, name: person.name, directory: directory.label, addresses: addresses?.length ?? null },
    trouble: Array.isArray(asked) ? null : asked,
    progress:
      link?.journey === undefined ? NOTHING : await progressOf(deps, { person, journey: link.journey, since: link.madeAt, addresses }),
  };
}

async function addressesOf(deps: ActDeps, directory: Directory, { directory: id, id: account }: AccountRef): Promise<string[] | Trouble> {
  try {
    const found = await directory.readAccount({ directory: id, id: account });
    return found === null ? [] : await addressesTold(deps, found);
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
    const { problem, fix } = error.details;
    return { code: error.code, problem: String(problem ?? error.code), fix: String(fix ?? '') };
  }
}

interface Tried {
  readonly person: AccountRef;
  readonly journey: string;
  readonly since: number;
  readonly addresses: readonly string[] | null;
}

async function progressOf(deps: ActDeps, tried: Tried): Promise<FirstResetProgress> {
  const [{ rows }, journey] = await Promise.all([
    deps.store.audit.search({ terms: [[termFor.account(tried.person)]], limit: MOST_READ }),
    deps.store.journeys.find(tried.journey),
  ]);
  const events = rows.map(({ seq, type, data }) => ({ seq, type, facts: eventFacts(data) }));
  // The newest one tells how it is.
  const write = events.find(({ type, facts }) => type.startsWith('write.') && facts.journey === tried.journey);
  const step = journey === null ? null : loadedJourney(journey).state.step;
  const [code, detail] = [text(write?.facts.reason), text(write?.facts.detail)];
  const problem = code === null ? null : { code, detail };
  const opened = { isOpened: true, notice: null, event: null } as const;
  switch (write?.type) {
    case 'write.succeeded':
      return { isOpened: true, written: 'done', problem: null, notice: await noticeOf(deps, tried), event: write.seq };
    case 'write.intended':
    case 'write.unanswered':
      return { ...opened, written: 'under-way', problem: null };
    case 'write.unknown':
      return { ...opened, written: 'unknown', problem };
    case undefined:
      break;
    default:
      // The directory took that password not, and another one is asked for.
      if (step?.kind === 'new-password') return { ...opened, written: 'asked-again', problem };
      // Stryker disable next-line OptionalChaining,StringLiteral: there is one; the compiler wants it said
      return { ...opened, written: 'failed', problem: problem ?? { code: write?.type ?? '', detail: null } };
  }
  if (step?.kind === 'refused') return { ...opened, written: 'failed', problem: { code: step.code, detail: null } };
  const isOver = journey === null || journey.status === 'ended' || journey.expiresAt <= deps.act.at;
  return {
    ...opened,
    ...(isOver ? { written: 'failed', problem: { code: 'journey.expired', detail: null } } : { written: 'waiting', problem: null }),
  };
}

/** What has left the queue was taken by the mail server. */
async function noticeOf(deps: ActDeps, { person, since, addresses }: Tried): Promise<FirstResetProgress['notice']> {
  if (addresses?.length === 0) return 'nobody';
  const told = new Set(addresses);
  const rows = (await deps.store.outbox.pending(MOST_READ, [])).filter((row) => row.createdAt >= since && isTo(row, person, told));
  if (rows.length === 0) return addresses === null ? 'not-known' : 'taken';
  return rows.some(({ failedAt }) => failedAt !== null) ? 'failed' : 'waiting';
}

/** Whether a message is to the person: before it was composed it names the account, and an address afterwards. */
function isTo({ kind, payload }: OutboxRow, person: AccountRef, addresses: ReadonlySet<string>): boolean {
  if (kind === NOTICE_JOB) {
    const { account } = JSON.parse(payload) as NoticeRequest;
    return account?.directory === person.directory && account.id === person.id;
  }
  return kind === MAIL_JOB && addresses.has((JSON.parse(payload) as { to: string }).to);
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
