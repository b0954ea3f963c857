import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { approvalsResponseSchema, type CaseApproval, decideApprovalRequestSchema } from '../../../shared/api/cases.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { decideApproval, listApprovals } from '../../core/helpdesk/approvals.ts';
import type { HelpCase } from '../../core/helpdesk/help-case.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ case: z.string().min(1).max(64) });

/** `/api/v1/helpdesk/approvals`: what waits for a second agent. */
export function approvalRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/helpdesk/approvals',
      {
        schema: {
          summary: 'What other agents want to do that this one may approve',
          response: { 200: approvalsResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { waiting, incomplete } = await listApprovals(acting, session);
          return { approvals: waiting.map(present), incomplete };
        }),
    );

    app.post(
      '/helpdesk/approvals/:case',
      {
        schema: {
          summary: 'Approve it, or refuse, which ends the case',
          params,
          body: decideApprovalRequestSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { approve, reason = null } = request.body;
          await decideApproval(acting, session, request.params.case, { approve, reason });
          return reply.status(204).send(null);
        }),
    );
  };
}

function present({ row, facts, account, action }: HelpCase): CaseApproval {
  const { approval, receipt, reason, ticket, person, agent } = facts;
  return {
    case: row.id,
    account: { ...account, login: person.login, displayName: person.name },
    action,
    ...(facts.kinds === undefined ? {} : { kinds: [...facts.kinds] }),
    agent: { login: agent.login, displayName: agent.name },
    ...(reason === null ? {} : { reason }),
    ...(ticket === null ? {} : { ticket }),
    askedAt: presentTime(approval?.at ?? row.createdAt, 'down'),
    ...(receipt === null
      ? {}
      : {
          verified: { way: receipt.receipt.method.way, proofs: receipt.receipt.method.proofs, at: presentTime(receipt.receipt.at, 'down') },
        }),
  };
}
