import type { AppError } from '../../shared/errors.ts';
import type { DirectorySettings } from '../core/configuration/directory-section.ts';
import type { Directory } from '../core/ports/directory.ts';

/**
 * Stands in for a section that could not be opened: whatever it is asked fails with the reason, for its own people and nobody else.
 */
export function createUnopenedDirectory(settings: Pick<DirectorySettings, 'id' | 'kind' | 'label'>, reason: AppError): Directory {
  const fail = (): Promise<never> => Promise.reject(reason);
  return {
    id: settings.id,
    kind: settings.kind,
    label: settings.label,
    abilities: { verbs: ['reset-password', 'unlock-account', 'require-change'], tells: [], finds: [] },
    timeLimits: { toBegin: 0, request: 0 },
    // It knows nobody, and says so to nobody: finding fails.
    normaliseIdentifier: () => null,
    findAccounts: fail,
    search: fail,
    forEachPerson: fail,
    readAccount: fail,
    readAccounts: fail,
    readStatus: fail,
    readPolicy: fail,
    readFacts: fail,
    readFingerprint: fail,
    readGroups: fail,
    readMembership: fail,
    lookUpNames: fail,
    readManager: fail,
    isProtected: fail,
    readStanding: fail,
    verifyPassword: fail,
    verifyNobody: fail,
    changePassword: fail,
    prepareWrite: fail,
    resetPassword: fail,
    unlock: fail,
    requireChange: fail,
    health: fail,
    close: () => Promise.resolve(),
  };
}
