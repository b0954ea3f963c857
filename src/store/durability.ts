import type { Store } from '../core/ports/store.ts';
import type { Disk } from './disk.ts';

export type Verbs = Omit<Store, 'transaction' | 'tidy' | 'walkSealed' | 'ping' | 'settled' | 'flush' | 'hearAppends' | 'close'>;

/**
 * What the caller of a verb may rely on when it has resolved, outside of a transaction (inside, its commit decides):
 * - `flushed`: what it wrote is on the disk, and a power cut cannot take back what is answered now
 * - `deferred`: it is committed, and gets to the disk with the next flush, within a second. See the port for what that may be
 * - `reads`: it writes nothing
 */
type Durability = 'flushed' | 'deferred' | 'reads';

const DURABILITY: { readonly [Table in keyof Verbs]: { readonly [Verb in keyof Verbs[Table]]: Durability } } = {
  journeys: { noteExpired: 'flushed', insert: 'flushed', findByToken: 'reads', countAnswer: 'deferred', find: 'reads', advance: 'flushed' },
  challenges: { insert: 'flushed', find: 'reads', attempt: 'flushed', giveBack: 'flushed', consume: 'flushed' },
  factors: {
    insert: 'flushed',
    ofAccount: 'reads',
    page: 'reads',
    countAccounts: 'reads',
    acceptTimeStep: 'flushed',
    accept: 'flushed',
    countFailures: 'flushed',
    resume: 'flushed',
    markUsed: 'deferred',
    byCredential: 'reads',
    acceptSignCount: 'flushed',
    countPasskeyOwners: 'reads',
    endedPasskeys: 'reads',
    withEnd: 'reads',
    see: 'deferred',
    acceptBeforeEnd: 'flushed',
    rename: 'flushed',
    end: 'flushed',
  },
  counters: { hitAll: 'deferred', pause: 'flushed', read: 'reads', clear: 'flushed' },
  audit: { append: 'flushed', read: 'reads', search: 'reads', unindexed: 'reads', index: 'flushed', head: 'reads', seals: 'reads' },
  intents: {
    insert: 'flushed',
    amend: 'flushed',
    close: 'flushed',
    correct: 'flushed',
    find: 'reads',
    takeOverdue: 'deferred',
    openCount: 'reads',
    open: 'reads',
    wroteSince: 'reads',
    wroteAfter: 'reads',
    wasReset: 'reads',
    wasResetByOthers: 'reads',
    ownWritesSince: 'reads',
  },
  outbox: {
    insert: 'flushed',
    replace: 'flushed',
    take: 'deferred',
    held: 'reads',
    takeOver: 'deferred',
    done: 'deferred',
    retry: 'deferred',
    giveUp: 'deferred',
    pending: 'reads',
    find: 'reads',
    tryAgain: 'flushed',
    remove: 'flushed',
    backlog: 'reads',
    notLeaving: 'reads',
  },
  freezes: {
    // Nobody has been given it yet: the mail that carries it is queued after it, and waits for the disk.
    insertLink: 'deferred',
    findLink: 'reads',
    spendLink: 'flushed',
    freeze: 'flushed',
    lift: 'flushed',
    isFrozen: 'reads',
    frozenOf: 'reads',
  },
  sessions: {
    insert: 'flushed',
    findByToken: 'reads',
    ofAccount: 'reads',
    touch: 'deferred',
    raise: 'flushed',
    release: 'flushed',
    end: 'flushed',
    countOpen: 'reads',
    countOpenIn: 'reads',
    endAll: 'flushed',
    endEverybodys: 'flushed',
    noteRoles: 'deferred',
    confirmRoles: 'deferred',
    actingByRoles: 'reads',
  },
  threats: { insert: 'flushed', current: 'reads', change: 'flushed' },
  emergencies: {
    insert: 'flushed',
    findByLink: 'reads',
    findByCredential: 'reads',
    find: 'reads',
    current: 'reads',
    change: 'flushed',
  },
  openId: { note: 'flushed', sessionsOf: 'reads' },
  setUps: { current: 'reads', begin: 'flushed', change: 'flushed' },
  tokens: { insert: 'flushed', findByDigest: 'reads', find: 'reads', list: 'reads', touch: 'deferred', revoke: 'flushed' },
  // A count that a power cut takes back is made again.
  peopleCounts: {
    ...{ latest: 'reads', lastDone: 'reads', begin: 'deferred', progress: 'deferred', end: 'deferred', cancel: 'flushed' },
    ...{ leave: 'flushed', keepPart: 'deferred', readPart: 'reads' },
  },
  people: {
    link: 'flushed',
    unlink: 'flushed',
    notePartings: 'flushed',
    wereParted: 'reads',
    recordOf: 'reads',
    enrolledOf: 'reads',
    recordBeforeWrite: 'reads',
    linkedTo: 'reads',
    accountsOf: 'reads',
  },
  invitations: {
    insert: 'flushed',
    findByToken: 'reads',
    ofAccount: 'reads',
    claim: 'flushed',
    ofSession: 'reads',
    use: 'flushed',
    revokeOpen: 'flushed',
    newestAfter: 'reads',
  },
  cases: {
    insert: 'flushed',
    find: 'reads',
    openOf: 'reads',
    ofAgent: 'reads',
    waiting: 'reads',
    advance: 'flushed',
    closeUnreadable: 'flushed',
  },
  enrolmentAsks: {
    find: 'reads',
    ask: 'flushed',
    putOff: 'flushed',
    forget: 'flushed',
    defer: 'flushed',
    countMail: 'flushed',
    walks: 'reads',
    takeWalk: 'deferred',
    keepWalk: 'deferred',
    endWalk: 'deferred',
  },
  vouches: {
    insert: 'flushed',
    find: 'reads',
    attempt: 'flushed',
    close: 'flushed',
    list: 'reads',
    openAbout: 'reads',
    expire: 'flushed',
  },
  knownPlaces: { remember: 'flushed', known: 'reads' },
  configurations: { current: 'reads', read: 'reads', list: 'reads', append: 'flushed' },
  reports: { position: 'reads', journeys: 'reads', keep: 'deferred', counts: 'reads', journeysSince: 'reads', enrolled: 'reads' },
  embedded: {
    insert: 'flushed',
    find: 'reads',
    findSome: 'reads',
    findByIdentifier: 'reads',
    search: 'reads',
    update: 'flushed',
    countBadAttempt: 'flushed',
    remove: 'flushed',
    countManagedBy: 'reads',
    count: 'reads',
  },
};

/** Verbs whose result is acted upon outside of the store at once: what they hand out must be on the disk itself. */
const HANDS_OUT: ReadonlySet<string> = new Set(['outbox.take', 'outbox.takeOver', 'intents.takeOverdue']);

type Verb = (...parameters: unknown[]) => Promise<unknown>;

/** The verbs as they are outside of a transaction: each resolves when its commit is as durable as `DURABILITY` says. */
export function keepDurable(verbs: Verbs, disk: Disk): Verbs {
  const tables = Object.entries(DURABILITY).map(([table, kinds]) => {
    const own = verbs[table as keyof Verbs] as unknown as Record<string, Verb>;
    const kept = Object.entries(kinds).map(([verb, durability]) => [verb, keep(own[verb] as Verb, durability, `${table}.${verb}`, disk)]);
    return [table, Object.fromEntries(kept)];
  });
  return Object.fromEntries(tables) as Verbs;
}

function keep(verb: Verb, durability: Durability, name: string, disk: Disk): Verb {
  if (durability === 'reads') return verb;
  return async (...parameters) => {
    const result = await verb(...parameters);
    if (durability === 'flushed') await disk.flush();
    else disk.flushSoon();
    if (HANDS_OUT.has(name) && (result as unknown[]).length > 0) await disk.settled();
    return result;
  };
}
