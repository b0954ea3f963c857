import { type AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { ConfiguredName, DirectoryHealth, HealthOptions } from '../../core/ports/directory-health.ts';
import { missingName } from './configured-names.ts';
import { type RightsReport, unknownRights } from './inspected-rights.ts';
import type { LdapKind } from './ldap-kind.ts';
import { advice, fact } from './notes.ts';
import type { Servers } from './servers.ts';
import { problemOf } from './translate-error.ts';

/** What is looked at when rights are asked for; what it throws becomes "cannot be told". */
export interface Inspection {
  /** The rights of the service account. */
  rights(): Promise<RightsReport>;
  /** What the configuration names. */
  configured(): Promise<readonly ConfiguredName[]>;
}

/**
 * What the servers, the service account and the directory say of themselves.
 * @param kind what is told by this kind of directory alone
 */
export async function reportHealth(
  settings: LdapSettings,
  servers: Servers,
  kind: Pick<LdapKind, 'serverTime' | 'notes'>,
  asked: HealthOptions | undefined,
  inspection: Inspection,
): Promise<DirectoryHealth> {
  const { servers: states, serviceAccount, connections } = await servers.probe();
  const first = connections[0];
  const serverTime = first === undefined ? null : (kind.serverTime?.(first.rootDse) ?? null);
  const notes = kind.notes(connections);
  if (settings.tls.verify !== 'full')
    notes.push(
      advice(
        'Certificates of this directory are not checked (tls.verify: trial-without-verification), so anyone on the network can read passwords',
        'Name the authority in tls.caFile and take tls.verify away before real people use it',
      ),
    );
  const looked = asked?.rights === true && serviceAccount.ok ? await inspected(inspection) : { configured: [], rights: [], tooMuch: [] };
  // Some have only shown it just now.
  for (const url of servers.withoutWrites())
    notes.push(fact(`${url} takes no writes (a read-only server or replica): passed over for them`));
  return {
    servers: states,
    serviceAccount,
    clockSkew: first === undefined || serverTime === null ? null : serverTime - first.at,
    notes,
    ...looked,
  };
}

async function inspected(inspection: Inspection): Promise<Pick<DirectoryHealth, 'configured' | 'rights' | 'tooMuch'>> {
  const configured = await unlessFailing(inspection.configured, (error) => [
    missingName(
      'protected',
      '',
      `what the configuration names cannot be looked up: ${problemOf(error)}`,
      'Mend what else is reported of this directory, then run doctor again',
    ),
  ]);
  const rights = await unlessFailing(inspection.rights, (error) => ({ rights: unknownRights(problemOf(error)), tooMuch: [] }));
  return { configured: [...configured], ...rights };
}

async function unlessFailing<T>(look: () => Promise<T>, otherwise: (error: AppError) => T): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isAppError(error)) throw error;
    return otherwise(error);
  }
}
