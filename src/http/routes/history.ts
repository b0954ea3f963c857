import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { historyFilterSchema, historyQuerySchema, historySchema } from '../../../shared/api/history.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { csvPages } from '../../core/csv-lines.ts';
import { exportHistory } from '../../core/history/export-history.ts';
import { openHistory, type ToldEvent } from '../../core/history/read-history.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forViewer } from '../for-caller.ts';
import type { HttpDeps } from '../http-deps.ts';
import { createListSender } from '../list-sender.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** Events on a page. */
const SHOWN = 50;
const COLUMNS = ['seq', 'at', 'type', 'sentence', 'accounts', 'facts'] as const;

/** `/api/v1/history`: the audit log, for whoever may look at it by a role or in an emergency. */
export function historyRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const sendList = createListSender(app);
    app.get(
      '/history',
      {
        config: { token: 'view-history' },
        schema: {
          summary: 'What was written into the audit log, newest first',
          querystring: historyQuerySchema,
          response: { 200: historySchema, ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'view-history', async (acting) => {
          const { cursor, ...wanted } = request.query;
          const history = await openHistory(acting, wanted, requestLanguage(deps, request));
          const page = await history.page({ before: cursor, limit: SHOWN });
          const meant = history.about?.accounts ?? null;
          const nameOf = await history.named(meant ?? []);
          return {
            events: page.events.map(({ at, accounts, facts, ...event }) => ({
              ...{ ...event, at: presentTime(at, 'down') },
              ...{ accounts: [...accounts], facts: { ...facts } },
            })),
            cursor: page.cursor,
            directories: deps.directories.all().map(({ id, label }) => ({ id, label })),
            about: meant?.map((each) => ({ ...each, login: nameOf(each) })) ?? null,
          };
        }),
    );

    app.get(
      '/history.csv',
      {
        // Whoever asks for the head alone would have all of it read, and written down as taken away.
        exposeHeadRoute: false,
        config: { token: 'view-history' },
        schema: {
          summary: 'The same, all of it, as CSV (RFC 4180, UTF-8)',
          querystring: historyFilterSchema,
          response: { 200: z.any().describe('text/csv'), ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'view-history', async (acting, caller, actor) => {
          const begin = async () => {
            const history = await openHistory(acting, request.query, requestLanguage(deps, request));
            return csvPages(exportHistory(acting, history, request.query, { actor, caller }), COLUMNS, rowOf);
          };
          return sendList(reply, { name: 'history.csv', caller, begin });
        }),
    );
  };
}

function rowOf({ seq, at, type, sentence, accounts, facts }: ToldEvent) {
  return {
    ...{ seq, at: new Date(at).toISOString(), type, sentence },
    accounts: accounts.map(({ directory, id, login }) => login ?? `${directory}/${id}`).join(', '),
    facts: JSON.stringify(facts),
  };
}
