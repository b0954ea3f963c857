import type { OpenIdStore } from '../../core/ports/open-id-store.ts';
import type { TableContext } from '../context.ts';

/** The verbs of table `provider_sessions`. */
export function createProviderSessions(context: TableContext): OpenIdStore {
  return {
    async note({ sessionId, directory, accountId, subject, providerSession, endsAt }) {
      await context.db
        .insertInto('provider_sessions')
        .values({ session_id: sessionId, directory, account_id: accountId, subject, provider_session: providerSession, ends_at: endsAt })
        .execute();
    },
    async sessionsOf({ subject, providerSession }) {
      if (subject === null && providerSession === null) return [];
      const rows = await context.db
        .selectFrom('provider_sessions')
        .innerJoin('sessions', 'sessions.id', 'provider_sessions.session_id')
        .selectAll('provider_sessions')
        .select('sessions.created_at')
        .$if(providerSession !== null, (query) => query.where('provider_session', '=', providerSession))
        .$if(subject !== null, (query) => query.where('subject', '=', subject ?? ''))
        .orderBy('session_id')
        .execute();
      return rows.map((row) => ({
        ...{ sessionId: row.session_id, directory: row.directory, accountId: row.account_id },
        ...{ subject: row.subject, providerSession: row.provider_session, endsAt: row.ends_at },
        createdAt: row.created_at,
      }));
    },
  };
}
