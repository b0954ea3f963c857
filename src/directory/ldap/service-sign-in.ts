import { AppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { SecretOf } from '../../core/guard/refused-secrets.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from './connection.ts';
import { type LdapResult, succeeded } from './result-codes.ts';
import type { SignInProblem } from './sign-in-problem.ts';
import { serviceAccountRefused } from './translate-error.ts';

/** Signs the service account in, never so often with a wrong password that the directory would lock it. */
export interface ServiceSignIn {
  /**
   * To be asked before a connection is opened.
   * @throws AppError `directory.service-account-refused` while the password that is configured now is known to be refused
   */
  check(server: string): Promise<void>;
  /**
   * @param limit told when it is this connection's turn: milliseconds for the answer of the server
   * @throws AppError `directory.service-account-refused`; with details.here the refusal is about this server, and others may let it in
   */
  run(connection: LdapConnection, limit: () => number): Promise<void>;
}

/**
 * A password that no server has taken yet is tried on one connection at a time, since a burst of wrong ones would lock the account. Once
 * it was taken, sign-ins wait for those at the same server only. A refusal stops them all, in every process on the database, until the
 * password changes or a pause is over; unless another server has taken the very same password: then the one that refuses is behind the
 * others, and is left alone by itself.
 */
export function createServiceSignIn(
  settings: LdapSettings,
  deps: Pick<DirectoryDeps, 'resolveSecret' | 'refusedSecrets' | 'clock'>,
  explain: (result: LdapResult) => SignInProblem | null,
): ServiceSignIn {
  const { name } = settings.serviceAccount;
  let secret: string | null = null;
  const takenBy = new Set<string>();
  /** What the refusals of this process said. */
  const errors = new Map<string, AppError>();
  const queues = new Map<string, Promise<unknown>>();

  const current = async (): Promise<string> => {
    const now = await deps.resolveSecret(settings.serviceAccount.password);
    if (now !== secret) {
      secret = now;
      takenBy.clear();
      errors.clear();
    }
    return now;
  };

  const described = (password: string, server: string): SecretOf => ({
    directory: settings.id,
    name,
    secret: password,
    ...(server === everywhere ? {} : { server }),
  });

  const refuseKnown = async (password: string, server: string): Promise<void> => {
    if (takenBy.has(server)) return;
    for (const scope of takenBy.size > 0 ? [server] : [everywhere, server]) {
      const refusal = await deps.refusedSecrets.find(described(password, scope));
      if (refusal === null || deps.clock.now() >= refusal.until) continue;
      throw errors.get(scope) ?? refusedBefore(server, name, refusal.until, scope !== everywhere);
    }
  };

  const remember = async (password: string, scope: string, error: AppError): Promise<never> => {
    errors.set(scope, error);
    await deps.refusedSecrets.note(described(password, scope));
    throw error;
  };

  const taken = async (password: string, server: string): Promise<void> => {
    if (password !== secret || takenBy.has(server)) return;
    takenBy.add(server);
    for (const scope of [everywhere, server]) {
      const secretOf = described(password, scope);
      if ((await deps.refusedSecrets.find(secretOf)) !== null) await deps.refusedSecrets.forget(secretOf);
    }
  };

  const bind = async (connection: LdapConnection, limit: () => number): Promise<void> => {
    const { server } = connection;
    const password = await current();
    await refuseKnown(password, server);
    const result = await connection.bind(name, password, [], limit());
    if (succeeded(result)) return taken(password, server);
    const error = serviceAccountRefused(result, server, name, explain(result));
    if (error.code !== 'directory.service-account-refused' || password !== secret) throw error;
    // The state of an account is no guess of its password, and one server may be behind with it.
    if (error.details.about === 'account') throw onlyHere(error);
    if (takenBy.size > 0 && !takenBy.has(server)) return remember(password, server, onlyHere(error));
    takenBy.clear();
    return remember(password, everywhere, error);
  };

  return {
    async check(server) {
      await refuseKnown(await current(), server);
    },
    async run(connection, limit) {
      const lane = takenBy.size > 0 ? connection.server : everywhere;
      const before = queues.get(lane) ?? Promise.resolve();
      const turn = before.then(() => bind(connection, limit));
      queues.set(
        lane,
        turn.catch(() => {}),
      );
      await turn;
    },
  };
}

const everywhere = '';

function onlyHere(error: AppError): AppError {
  return new AppError(error.code, { ...error.details, here: true }, { cause: error });
}

/** Another process was refused. */
function refusedBefore(server: string, account: string, until: number, here: boolean): AppError {
  return new AppError('directory.service-account-refused', {
    server,
    account,
    about: 'secret',
    problem: 'The directory has refused this password lately',
    fix: `Put the right one into serviceAccount: a changed one is tried at once, this one not before ${new Date(until).toISOString()}, so that the account is not locked.`,
    ...(here ? { here } : {}),
  });
}
