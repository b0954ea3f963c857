import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { checkConfigurationRequestSchema } from '../../../shared/api/configuration.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  begunPeopleCountSchema,
  countPeopleRequestSchema,
  draftCountSchema,
  peopleCountSchema,
  waitParamsSchema,
} from '../../../shared/api/people-count.ts';
import { countDraft, type MovedPerson, requireInOrder } from '../../core/administration/count-draft.ts';
import { exportMoves } from '../../core/administration/export-moves.ts';
import {
  beginPeopleCount,
  cancelPeopleCount,
  leavePeopleCount,
  type PeopleCounts,
  readPeopleCounts,
} from '../../core/administration/people-count.ts';
import { csvPages } from '../../core/csv-lines.ts';
import type { PeopleNumbers } from '../../core/enrolment/count-by-rule.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import type { Session } from '../../core/sessions/session.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';
import { createListSender } from '../list-sender.ts';
import { untilGone } from '../until-gone.ts';
import { CONFIGURATION_LIMIT } from './configuration.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

function present({ latest, done, configuration }: PeopleCounts) {
  return {
    latest:
      latest === null
        ? null
        : {
            ...{ state: latest.outcome, author: latest.author, looked: latest.looked, problem: latest.problem },
            ...{ begunAt: presentTime(latest.begunAt, 'down'), seenAt: presentTime(latest.seenAt, 'down') },
          },
    done:
      done === null
        ? null
        : {
            ...{ at: presentTime(done.row.seenAt, 'down'), current: done.row.configuration === configuration },
            ...presentNumbers(done.numbers),
          },
  };
}

function presentNumbers({ looked, stranded, reasons, recovery, signIn }: PeopleNumbers) {
  const because = Object.entries(reasons).map(([reason, people]) => ({ reason, people }));
  return { looked, stranded, reasons: because, recovery: [...recovery], signIn: [...signIn] };
}

const COLUMNS = ['directory', 'account', 'name', 'location', 'to', 'change', 'reason'] as const;

function rowOf({ directory, login: account, name, location, can: to, change, reason }: MovedPerson) {
  return { directory, account, name, location, to, change, reason: reason ?? '' };
}

/** `/api/v1/admin/people-count`: how many people could use each rule of proof. Counted beside the answers, by one node at a time. */
export function peopleCountRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const sendList = createListSender(app);
    /** What nobody is there to be told any more is given up: null. */
    const forManagerWhoWaits = async <T>(
      request: FastifyRequest,
      reply: FastifyReply,
      work: (session: Session, gone: AbortSignal) => Promise<T | null>,
    ) => {
      const gone = untilGone(reply);
      const told = await forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async (_acting, session) =>
        gone.aborted ? null : work(session, gone),
      );
      return told ?? reply.hijack();
    };
    app.get(
      '/admin/people-count',
      {
        schema: {
          summary: 'What the last count of all people found, and how far the one is that goes on',
          response: { 200: peopleCountSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => present(await readPeopleCounts(deps))),
    );

    app.post(
      '/admin/people-count',
      {
        bodyLimit: CONFIGURATION_LIMIT,
        schema: {
          summary: 'Count everybody by the rules in force, or wait for the count that goes on already',
          body: countPeopleRequestSchema,
          response: { 202: begunPeopleCountSchema, ...problems },
        },
      },
      (request, reply) =>
        forManagerWhoWaits(request, reply, async (session, gone) => {
          const { draft } = request.body;
          const counted = draft === undefined ? null : await requireInOrder(deps, deps.checkContext, draft);
          if (gone.aborted) return null;
          const wait = await beginPeopleCount(deps, session.login, counted);
          const begun = { ...present(await readPeopleCounts(deps)), wait };
          // Who has gone away meanwhile never learns how to leave.
          if (gone.aborted) await leavePeopleCount(deps, wait);
          return reply.status(202).send(begun);
        }),
    );

    app.post(
      '/admin/people-count/draft',
      {
        bodyLimit: CONFIGURATION_LIMIT,
        schema: {
          summary: 'Whom a configuration that is not in force would let recover and sign in, by what the last count has read of everybody',
          body: checkConfigurationRequestSchema,
          response: { 200: draftCountSchema, ...problems },
        },
      },
      (request, reply) =>
        forManagerWhoWaits(request, reply, async (_session, gone) => {
          const { document, base } = request.body;
          const told = await countDraft(deps, deps.checkContext, { document, base }, gone);
          if (told === null) return null;
          const { row, notLookedUp, notCounted, numbers, first } = told;
          return {
            counted: row === null ? null : { at: presentTime(row.seenAt, 'down'), looked: row.looked },
            notLookedUp: notLookedUp === null ? null : { ...notLookedUp, places: [...notLookedUp.places], groups: [...notLookedUp.groups] },
            notCounted: [...notCounted],
            numbers:
              numbers === null
                ? null
                : {
                    ...{ before: presentNumbers(numbers.before), after: presentNumbers(numbers.after), moved: numbers.moved },
                    first: first.map(({ directory, login, name, can, change, reason }) => ({
                      directory,
                      login,
                      name,
                      can,
                      change,
                      reason,
                    })),
                  },
          };
        }),
    );

    app.post(
      '/admin/people-count/draft/people',
      {
        bodyLimit: CONFIGURATION_LIMIT,
        schema: {
          summary: 'Everybody whom it would let do what they cannot, or keep from what they can, as CSV (RFC 4180, UTF-8)',
          body: checkConfigurationRequestSchema,
          response: { 200: z.any().describe('text/csv'), ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, (acting, session, actor) => {
          const { document, base } = request.body;
          const managing = { ...acting, checkContext: deps.checkContext };
          const begin = async () => csvPages(exportMoves(managing, { session, actor }, { document, base }), COLUMNS, rowOf);
          return sendList(reply, { name: 'people-moved.csv', caller: session, begin });
        }),
    );

    app.delete(
      '/admin/people-count/waits/:wait',
      {
        schema: {
          summary: 'Wait no more for the count that goes on: it ends, unless somebody else waits for it',
          params: waitParamsSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => {
          await leavePeopleCount(deps, request.params.wait);
          return reply.status(204).send(null);
        }),
    );

    app.delete(
      '/admin/people-count',
      { schema: { summary: 'Cancel the count that goes on, whoever waits for it', response: { 200: peopleCountSchema, ...problems } } },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => {
          await cancelPeopleCount(deps);
          return present(await readPeopleCounts(deps));
        }),
    );
  };
}
