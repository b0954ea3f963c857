import type { Migration } from 'kysely/migration';
import { createJourneysTables } from './0001-create-journeys.ts';
import { createFactorsTables } from './0002-create-factors.ts';
import { createCountersTable } from './0003-create-counters.ts';
import { createAuditTables } from './0004-create-audit.ts';
import { createWorkTables } from './0005-create-work.ts';
import { createConfigurationsTable } from './0006-create-configurations.ts';
import { createEmbeddedAccountsTable } from './0007-create-embedded-accounts.ts';
import { bindSealedValues } from './0008-bind-sealed-values.ts';
import { keyTheAuditChain } from './0009-key-the-audit-chain.ts';
import { noteExpiredJourneys } from './0012-note-expired-journeys.ts';
import { addLimitsMemory } from './0013-add-limits-memory.ts';
import { allowOneOpenIntent } from './0014-one-open-intent.ts';
import { createPulseTable } from './0015-create-pulse.ts';
import { addEndsOfFactors } from './0019-add-ends-of-factors.ts';
import { addPasskeys } from './0020-add-passkeys.ts';
import { createSessionsTable } from './0023-create-sessions.ts';
import { countAnswersInJourneys } from './0024-count-answers.ts';
import { createPersonAccountsTable } from './0025-create-person-accounts.ts';
import { letLinksWait } from './0026-let-links-wait.ts';
import { createInvitationsTable } from './0027-create-invitations.ts';
import { createEnrolmentAsks } from './0028-create-enrolment-asks.ts';
import { createVouchRequestsTable } from './0029-create-vouch-requests.ts';
import { createHelpdeskCasesTable } from './0032-create-helpdesk-cases.ts';
import { noteRolesOfSessions } from './0033-note-roles-of-sessions.ts';
import { openEmergencies } from './0033-open-emergencies.ts';
import { rememberPartings } from './0035-remember-partings.ts';
import { indexAuditEvents } from './0040-index-audit-events.ts';
import { createThreatsTable } from './0042-create-threats.ts';
import { createApiTokensTable } from './0047-create-api-tokens.ts';
import { letCasesWait } from './0047-let-cases-wait.ts';
import { createPeopleCountsTable } from './0050-create-people-counts.ts';
import { createReportTables } from './0052-count-events.ts';
import { createProviderSessions } from './0053-create-provider-sessions.ts';
import { createSetUpsTable } from './0053-create-set-ups.ts';
import { keepCountedPeople } from './0054-keep-counted-people.ts';
import { numberEndsOfWrites } from './0055-number-ends-of-writes.ts';
import { noteWhoWaitsForCounts } from './0056-note-who-waits-for-counts.ts';

/** All migrations. A name that was released is never changed, and a new one sorts after all others. There is no way back down. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-create-journeys': { up: createJourneysTables },
  '0002-create-factors': { up: createFactorsTables },
  '0003-create-counters': { up: createCountersTable },
  '0004-create-audit': { up: createAuditTables },
  '0005-create-work': { up: createWorkTables },
  '0006-create-configurations': { up: createConfigurationsTable },
  '0007-create-embedded-accounts': { up: createEmbeddedAccountsTable },
  '0008-bind-sealed-values': { up: bindSealedValues },
  '0009-key-the-audit-chain': { up: keyTheAuditChain },
  '0012-note-expired-journeys': { up: noteExpiredJourneys },
  '0013-add-limits-memory': { up: addLimitsMemory },
  '0014-one-open-intent': { up: allowOneOpenIntent },
  '0015-create-pulse': { up: createPulseTable },
  '0019-add-ends-of-factors': { up: addEndsOfFactors },
  '0020-add-passkeys': { up: addPasskeys },
  '0023-create-sessions': { up: createSessionsTable },
  '0024-count-answers': { up: countAnswersInJourneys },
  '0025-create-person-accounts': { up: createPersonAccountsTable },
  '0026-let-links-wait': { up: letLinksWait },
  '0027-create-invitations': { up: createInvitationsTable },
  '0028-create-enrolment-asks': { up: createEnrolmentAsks },
  '0029-create-vouch-requests': { up: createVouchRequestsTable },
  '0032-create-helpdesk-cases': { up: createHelpdeskCasesTable },
  '0033-note-roles-of-sessions': { up: noteRolesOfSessions },
  '0033-open-emergencies': { up: openEmergencies },
  '0035-remember-partings': { up: rememberPartings },
  '0040-index-audit-events': { up: indexAuditEvents },
  '0042-create-threats': { up: createThreatsTable },
  '0047-create-api-tokens': { up: createApiTokensTable },
  '0047-let-cases-wait': { up: letCasesWait },
  '0050-create-people-counts': { up: createPeopleCountsTable },
  '0052-count-events': { up: createReportTables },
  '0053-create-provider-sessions': { up: createProviderSessions },
  '0053-create-set-ups': { up: createSetUpsTable },
  '0054-keep-counted-people': { up: keepCountedPeople },
  '0055-number-ends-of-writes': { up: numberEndsOfWrites },
  '0056-note-who-waits-for-counts': { up: noteWhoWaitsForCounts },
};
