import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { lockedReportSchema, reportQuerySchema, reportSchema } from '../../../shared/api/reports.ts';
import { AppError } from '../../../shared/errors.ts';
import { REPORT_TABLES } from '../../../shared/report-parts.ts';
import { sessionPart } from '../../core/access/caller.ts';
import { recordEvent } from '../../core/audit/record-event.ts';
import { csvTable } from '../../core/csv-lines.ts';
import { countLocked } from '../../core/reports/count-locked.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { lockedTable, tableOf } from '../../core/reports/table-of.ts';
import { forViewer } from '../for-caller.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/reports`: what was done here in numbers, for whoever may look at the history. */
export function reportRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/reports',
      {
        config: { token: 'view-history' },
        schema: {
          summary: 'What was done in so many days, how people are enrolled, and who is stuck',
          querystring: reportQuerySchema,
          response: { 200: reportSchema, ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'view-history', (acting) => readReport(acting, request.query.days, acting.act.at)),
    );

    app.get(
      '/reports/locked',
      {
        config: { token: 'view-history' },
        schema: { summary: 'How many are locked out now, live from each directory', response: { 200: lockedReportSchema, ...problems } },
      },
      (request, reply) => forViewer(deps, request, reply, 'view-history', (acting) => countLocked(acting)),
    );

    app.get(
      '/reports/:table',
      {
        // Whoever asks for the head alone would have all of it read, and written down as taken away.
        exposeHeadRoute: false,
        config: { token: 'view-history' },
        schema: {
          summary: 'One table of it as CSV (RFC 4180, UTF-8)',
          params: z.object({
            table: z
              .string()
              .max(64)
              .describe(REPORT_TABLES.map((each) => `${each}.csv`).join(', ')),
          }),
          querystring: reportQuerySchema,
          response: { 200: z.any().describe('text/csv'), ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'view-history', async (acting, caller, actor) => {
          const table = REPORT_TABLES.find((each) => `${each}.csv` === request.params.table);
          if (table === undefined) throw new AppError('request.not-found');
          const { days } = request.query;
          const { columns, rows } =
            table === 'locked' ? lockedTable(await countLocked(acting)) : tableOf(await readReport(acting, days, acting.act.at), table);
          const about = { ...sessionPart(caller), actor, table, days, count: rows.length };
          await acting.store.transaction((store) => recordEvent(store, acting.clock, { type: 'report.exported', ...about }));
          reply.header('content-type', 'text/csv; charset=utf-8');
          reply.header('content-disposition', `attachment; filename="${table}.csv"`);
          return reply.send(csvTable([columns, ...rows]));
        }),
    );
  };
}
