import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  actOnCaseRequestSchema,
  type Case,
  caseResponseSchema,
  casesResponseSchema,
  openCaseRequestSchema,
} from '../../../shared/api/cases.ts';
import { helpResponseSchema } from '../../../shared/api/help.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { actOnCase } from '../../core/helpdesk/act-on-case.ts';
import { MOST_TRIES } from '../../core/helpdesk/confirm-call.ts';
import type { HelpCase } from '../../core/helpdesk/help-case.ts';
import { openCase } from '../../core/helpdesk/open-case.ts';
import { closeCase, findCase, listCases } from '../../core/helpdesk/own-cases.ts';
import { endOf } from '../../core/helpdesk/receipt.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { presentHelp } from '../present-help.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ case: z.string().min(1).max(64) });

/** `/api/v1/helpdesk/cases`: what an agent does for people who call. */
export function caseRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const present = ({ row, facts, account, action }: HelpCase): Case => ({
    id: row.id,
    account: { ...account, login: facts.person.login, displayName: facts.person.name },
    action,
    state: row.state,
    ...(facts.because === undefined ? {} : { because: facts.because }),
    ...(facts.reason === null ? {} : { reason: facts.reason }),
    ...(facts.ticket === null ? {} : { ticket: facts.ticket }),
    ...(row.state === 'open' ? { numbers: facts.numbers } : {}),
    triesLeft: MOST_TRIES - row.tries,
    mayUnverified: facts.mayUnverified,
    createdAt: presentTime(row.createdAt, 'down'),
    expiresAt: presentTime(row.expiresAt, 'down'),
    ...presentReceipt(facts.receipt),
  });
  const presentReceipt = (signed: HelpCase['facts']['receipt']): Pick<Case, 'verified'> => {
    if (signed === null) return {};
    const end = endOf(signed.receipt, deps.configuration().helpdesk.receiptMinutes * 60_000);
    return { verified: { proofs: signed.receipt.method.proofs, goodUntil: presentTime(end, 'down') } };
  };

  return async (app) => {
    app.get(
      '/helpdesk/cases',
      { schema: { summary: 'The cases of the agent that are not over', response: { 200: casesResponseSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => ({ cases: (await listCases(acting, session)).map(present) })),
    );

    app.post(
      '/helpdesk/cases',
      {
        schema: {
          summary: 'Open a case: one person, one purpose',
          body: openCaseRequestSchema,
          response: { 201: caseResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { account, action, reason = null, ticket = null, replace } = request.body;
          const opened = await openCase(acting, session, { account, action, reason, ticket, replace });
          reply.status(201);
          return { case: present(opened) };
        }),
    );

    app.get(
      '/helpdesk/cases/:case',
      { schema: { summary: 'How far a case is', params, response: { 200: caseResponseSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => ({
          case: present(await findCase(acting, session, request.params.case)),
        })),
    );

    app.post(
      '/helpdesk/cases/:case/act',
      {
        schema: {
          summary: 'Do what a case is for, once its caller is verified',
          params,
          body: actOnCaseRequestSchema,
          response: { 200: helpResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { password, unverified } = request.body;
          const help = await actOnCase(acting, session, request.params.case, { password, unverified });
          return presentHelp(deps, help, requestLanguage(deps, request));
        }),
    );

    app.delete(
      '/helpdesk/cases/:case',
      { schema: { summary: 'Close a case', params, response: { 204: z.null(), ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await closeCase(acting, session, request.params.case);
          return reply.status(204).send(null);
        }),
    );
  };
}
