import { type Change, type Client, type Control, ResultCodeError } from 'ldapts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapConnection, SearchAnswer, SearchOptions } from './connection.ts';
import { toLdapEntry } from './entry.ts';
import { type ConnectionSettings, connectionLost, Opening } from './opening.ts';
import { refuseDebugLog } from './refuse-debug-log.ts';
import { isAnswerOfTrouble, type LdapResult, provesNothingDone, RESULT, saysReadOnly } from './result-codes.ts';
import { OID, type RootDse, rootDseAttributes, toRootDse } from './root-dse.ts';
import type { SeenOutcome } from './server-health.ts';
import { serverAddress } from './tls-options.ts';
import { connectTimedOut, translateConnectError } from './translate-error.ts';

/**
 * Opens a connection, encrypted, to a server that answers. Nothing is bound yet, and what the server offers is not known.
 * @throws AppError `directory.unreachable`, `directory.tls-*`, `directory.plain-refused`
 */
export async function openConnection(settings: ConnectionSettings): Promise<LdapConnection> {
  refuseDebugLog();
  const { secure } = serverAddress(settings.url);
  if (!secure && !settings.startTls) {
    throw new AppError('directory.plain-refused', {
      server: settings.url,
      problem: 'Passwords are never sent over an unencrypted connection',
      fix: 'Use an ldaps:// address, or set tls.startTls for an ldap:// one.',
    });
  }
  const opening = new Opening(settings);
  return withinTimeLimit(settings, opening, secure ? () => opening.secure() : () => opening.startTls());
}

async function withinTimeLimit(settings: ConnectionSettings, opening: Opening, open: () => Promise<Client>): Promise<LdapConnection> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(connectTimedOut(settings.url)), settings.connectTimeout);
  });
  const work = (async () => {
    const client = await open();
    const connection = new Connection(settings, client, opening);
    await connection.greet();
    return connection;
  })();
  // When the limit comes first, the sockets are destroyed and `work` fails unheard.
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } catch (error) {
    opening.destroy();
    throw translateConnectError(error, settings.url);
  } finally {
    clearTimeout(timer);
  }
}

type Intent = 'read' | 'bind' | 'write';

class Connection implements LdapConnection {
  readonly server: string;
  #rootDse: RootDse | null = null;
  effects = 0;
  writes = 0;
  changes = 0;
  lastUsed = performance.now();
  writeUntil = Number.POSITIVE_INFINITY;
  watcher: ((outcome: SeenOutcome) => void) | null = null;
  #isBusy = false;
  readonly #settings: ConnectionSettings;
  readonly #client: Client;
  readonly #opening: Opening;

  constructor(settings: ConnectionSettings, client: Client, opening: Opening) {
    this.server = settings.url;
    this.#settings = settings;
    this.#client = client;
    this.#opening = opening;
  }

  get usable(): boolean {
    return !this.#opening.closed && this.#client.isConnected;
  }

  get certificateEnds(): number | null {
    return this.#opening.certificateEnds;
  }

  get rootDse(): RootDse {
    return this.#rootDse ?? toRootDse(null, this.server);
  }

  /** Any answer will do, a refusal too: the server speaks LDAP. The library attaches itself to the socket with its first request. */
  async greet(): Promise<void> {
    await this.#search('', { scope: 'base', attributes: ['1.1'] }, true);
  }

  async readRootDse(timeLimit?: number): Promise<void> {
    const limit = timeLimit === undefined ? {} : { timeLimit };
    const { result, entries } = await this.search('', { scope: 'base', attributes: rootDseAttributes, ...limit });
    this.#rootDse = toRootDse(result.code === RESULT.success ? (entries[0] ?? null) : null, this.server);
  }

  takeRootDse(rootDse: RootDse): void {
    this.#rootDse = rootDse;
  }

  async bind(name: string, password: string, controls: Control[] = [], timeLimit?: number): Promise<LdapResult> {
    if (password === '') return { code: RESULT.invalidCredentials, message: 'an empty password is never sent' };
    // The library takes these names for SASL mechanisms.
    if (/^(plain|external|cram-md5|digest-md5|scram-.*)$/i.test(name)) return { code: RESULT.invalidCredentials, message: 'not a name' };
    const limits = timeLimit === undefined ? {} : { timeLimit };
    const { result } = await this.#perform('bind', () => this.#client.bind(name, password, controls), limits);
    return result;
  }

  search(base: string, options: SearchOptions): Promise<SearchAnswer> {
    return this.#search(base, options, false);
  }

  async #search(base: string, options: SearchOptions, first: boolean): Promise<SearchAnswer> {
    const { result, value } = await this.#perform(
      'read',
      () => this.#client.search(base, this.#toLibrary(options), [...(options.controls ?? [])]),
      { first, ...options },
    );
    return { result, entries: (value?.searchEntries ?? []).map(toLdapEntry) };
  }

  async *pages(base: string, options: SearchOptions, pageSize: number): AsyncGenerator<SearchAnswer> {
    const pages = this.#client.searchPaginated(base, { ...this.#toLibrary(options), paged: { pageSize } }, [...(options.controls ?? [])]);
    for (;;) {
      const { result, value } = await this.#perform('read', () => pages.next());
      if (value === undefined) {
        yield { result, entries: [] };
        return;
      }
      if (value.done === true) return;
      yield { result, entries: value.value.searchEntries.map(toLdapEntry) };
    }
  }

  #toLibrary(options: SearchOptions) {
    return {
      scope: options.scope,
      attributes: [...options.attributes],
      explicitBufferAttributes: [...(options.binary ?? [])],
      timeLimit: Math.ceil(this.#settings.operationTimeout / 1000),
      ...(options.sizeLimit === undefined ? {} : { sizeLimit: options.sizeLimit }),
      ...(options.filter === undefined ? {} : { filter: options.filter }),
    };
  }

  async modify(dn: string, changes: Change[], controls: Control[] = []): Promise<LdapResult> {
    const { result } = await this.#perform('write', () => this.#client.modify(dn, changes, controls));
    return result;
  }

  async extended(oid: string, value: Buffer, controls: Control[] = []): Promise<LdapResult> {
    const { result } = await this.#perform('write', () => this.#client.exop(oid, value, controls));
    return result;
  }

  async whoAmI(): Promise<string | null> {
    const { value } = await this.#perform('read', () => this.#client.exop(OID.whoAmI));
    const authzId = value?.value;
    return authzId === undefined || authzId === null ? null : String(authzId);
  }

  close(): void {
    if (this.usable) this.#client.unbind().catch(() => {});
    // Unbind has no answer (RFC 4511 section 4.3); a server that does not read must not keep the socket.
    setImmediate(() => this.#opening.destroy());
  }

  /**
   * One request with its time limit. Sockets carry one request at a time, so closing one loses no other.
   * @throws AppError `internal.unexpected` while another one is under way: whoever wants two at once needs two connections
   */
  async #perform<T>(
    intent: Intent,
    request: () => Promise<T>,
    limits: { first?: boolean; timeLimit?: number } = {},
  ): Promise<{ result: LdapResult; value?: T }> {
    if (limits.first !== true && !this.usable) throw connectionLost(this.server);
    if (intent === 'write' && performance.now() > this.writeUntil) throw tooLate(this.server);
    if (this.#isBusy) throw new AppError('internal.unexpected', { server: this.server, problem: 'two requests at once on one connection' });
    this.#isBusy = true;
    if (intent !== 'read') this.effects += 1;
    if (intent === 'write') this.writes += 1;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#opening.destroy();
    }, limits.timeLimit ?? this.#settings.operationTimeout);
    try {
      const value = await request();
      if (intent === 'write') this.changes += 1;
      this.watcher?.('answered');
      return { result: { code: RESULT.success, message: '' }, value };
    } catch (error) {
      if (error instanceof ResultCodeError) return { result: this.#refused(intent, error) };
      if (timedOut) this.watcher?.('troubled');
      this.#opening.destroy();
      throw this.#failure(intent, error, timedOut);
    } finally {
      clearTimeout(timer);
      this.#isBusy = false;
      this.lastUsed = performance.now();
    }
  }

  #refused(intent: Intent, error: ResultCodeError): LdapResult {
    const result: LdapResult = { code: error.code, message: plainMessage(error) };
    const refusesWrites = intent === 'write' && saysReadOnly(result);
    this.watcher?.(refusesWrites ? 'read-only' : isAnswerOfTrouble(result.code) ? 'troubled' : 'answered');
    if (intent === 'write' && provesNothingDone(result.code)) {
      this.effects -= 1;
      this.writes -= 1;
    }
    return result;
  }

  #failure(intent: Intent, cause: unknown, timedOut: boolean): AppError {
    if (isAppError(cause)) {
      // Only our own refusal to reconnect comes here: nothing was sent.
      this.effects -= intent === 'read' ? 0 : 1;
      this.writes -= intent === 'write' ? 1 : 0;
      return cause;
    }
    const details = {
      server: this.server,
      problem: timedOut ? 'No answer within the time limit' : 'The connection broke before the answer came',
    };
    if (intent === 'write') return new AppError('directory.outcome-unknown', details, { cause });
    return new AppError(
      timedOut || intent === 'bind' ? 'directory.timed-out' : 'directory.unreachable',
      { ...details, reason: 'connection-lost' },
      { cause },
    );
  }
}

/** A write begun now could happen after everybody has given it up. */
function tooLate(server: string): AppError {
  const problem = 'The time for this write was over before it could be sent';
  return new AppError('directory.unreachable', { server, problem, reason: 'deadline' });
}

/** The library appends the code to the server's text. */
function plainMessage(error: ResultCodeError): string {
  const suffix = ` Code: 0x${error.code.toString(16)}`;
  return (error.message.endsWith(suffix) ? error.message.slice(0, -suffix.length) : error.message).split('\0').join('').trim();
}
