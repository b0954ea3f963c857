import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  actOnCaseRequestSchema,
  askCallerRequestSchema,
  type Case,
  callerAnswerRequestSchema,
  caseResponseSchema,
  casesResponseSchema,
  openCaseRequestSchema,
  openResetLinkRequestSchema,
  resetChoiceSchema,
  sendPageRequestSchema,
} from '../../../shared/api/cases.ts';
import { helpResponseSchema } from '../../../shared/api/help.ts';
import { problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import { shownQuestion } from '../../core/enrolment/question-pool.ts';
import { actOnCase } from '../../core/helpdesk/act-on-case.ts';
import { askCaller } from '../../core/helpdesk/ask-caller.ts';
import { askVouch } from '../../core/helpdesk/ask-vouch.ts';
import { MOST_TRIES } from '../../core/helpdesk/confirm-call.ts';
import type { HelpCase } from '../../core/helpdesk/help-case.ts';
import { noteRefusal } from '../../core/helpdesk/note-refusal.ts';
import { openCase } from '../../core/helpdesk/open-case.ts';
import { closeCase, findCase, listCases } from '../../core/helpdesk/own-cases.ts';
import { endOf } from '../../core/helpdesk/receipt.ts';
import { openResetLink } from '../../core/helpdesk/reset-link/open-link.ts';
import { resetChoice } from '../../core/helpdesk/reset-link/send-link.ts';
import { sendCallPage } from '../../core/helpdesk/send-call-page.ts';
import { takeAnswer } from '../../core/helpdesk/take-answer.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { answerOpened } from '../begun-journey.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { presentHelp } from '../present-help.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ case: z.string().min(1).max(64) });

/** `/api/v1/helpdesk/cases`: what an agent does for people who call. */
export function caseRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const present = ({ row, facts, account, action }: HelpCase, language: string): Case => ({
    id: row.id,
    account: { ...account, login: facts.person.login, displayName: facts.person.name },
    action,
    ...(facts.kinds === undefined ? {} : { kinds: [...facts.kinds] }),
    state: row.state,
    ...(facts.because === undefined ? {} : { because: facts.because }),
    ...(facts.reason === null ? {} : { reason: facts.reason }),
    ...(facts.ticket === null ? {} : { ticket: facts.ticket }),
    ...(row.state === 'open' ? { numbers: facts.numbers } : {}),
    triesLeft: MOST_TRIES - row.tries,
    mayUnverified: facts.mayUnverified,
    otherWays: [...(facts.otherWays ?? [])],
    ...(row.state === 'open' ? { ...presentAsked(facts.asked, language), ...presentVouch(facts.vouch) } : {}),
    ...(row.state === 'open' && facts.page !== undefined ? { page: { over: facts.page.channel } } : {}),
    readOut: [...(facts.readOut ?? [])],
    codesNeeded: deps.configuration().helpdesk.codesNeeded,
    ...presentApproval(facts.approval),
    createdAt: presentTime(row.createdAt, 'down'),
    expiresAt: presentTime(row.expiresAt, 'down'),
    ...presentReceipt(facts.receipt),
    ...presentLink(row.state, facts.link),
  });
  const presentApproval = (approval: HelpCase['facts']['approval']): Pick<Case, 'approval'> => {
    if (approval === undefined) return {};
    if (approval.state === 'waiting') return { approval: { state: approval.state } };
    const { state, by, reason } = approval;
    return { approval: { state, by: by.name, ...(reason === null ? {} : { reason }) } };
  };
  const presentReceipt = (signed: HelpCase['facts']['receipt']): Pick<Case, 'verified'> => {
    if (signed === null) return {};
    const end = endOf(signed.receipt, deps.configuration().helpdesk.receiptMinutes * 60_000);
    return { verified: { way: signed.receipt.method.way, proofs: signed.receipt.method.proofs, goodUntil: presentTime(end, 'down') } };
  };
  const presentAsked = (asked: HelpCase['facts']['asked'], language: string): Pick<Case, 'asked'> => {
    if (asked === undefined || asked === null) return {};
    const questions = asked.questions.map(({ directory, ...put }) => {
      const { text, language: spoken } = shownQuestion(deps.configuration(), directory, put, language);
      return { text, language: spoken };
    });
    return { asked: { kind: asked.kind, until: presentTime(asked.expiresAt, 'down'), questions } };
  };

  const presentVouch = (vouch: HelpCase['facts']['vouch']): Pick<Case, 'vouch'> => {
    if (vouch === undefined) return {};
    const { digits, endsAt, isRefused = false } = vouch;
    return { vouch: { digits, until: presentTime(endsAt, 'down'), isRefused } };
  };

  const presentLink = (state: Case['state'], link: HelpCase['facts']['link']): Pick<Case, 'link'> => {
    if (state !== 'sent' || link === undefined) return {};
    const { to, number, opened, endsAt } = link;
    return { link: { to, number, opened, endsAt: presentTime(endsAt, 'down') } };
  };

  return async (app) => {
    app.get(
      '/helpdesk/cases',
      { schema: { summary: 'The cases of the agent that are not over', response: { 200: casesResponseSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const language = requestLanguage(deps, request);
          return { cases: (await listCases(acting, session)).map((each) => present(each, language)) };
        }),
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
          const { account, action, reason = null, ticket = null, kinds, replace } = request.body;
          const opened = await openCase(acting, session, { account, action, reason, ticket, kinds, replace });
          reply.status(201);
          return { case: present(opened, requestLanguage(deps, request)) };
        }),
    );

    app.get(
      '/helpdesk/cases/:case',
      { schema: { summary: 'How far a case is', params, response: { 200: caseResponseSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => ({
          case: present(await findCase(acting, session, request.params.case), requestLanguage(deps, request)),
        })),
    );

    app.post(
      '/helpdesk/cases/:case/ask',
      {
        schema: {
          summary: 'Ask the caller for a code, or their questions, which the agent types; by a role that may',
          params,
          body: askCallerRequestSchema,
          response: { 200: caseResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const asked = await askCaller(acting, session, request.params.case, request.body.kind);
          return { case: present(asked, requestLanguage(deps, request)) };
        }),
    );

    app.post(
      '/helpdesk/cases/:case/page',
      {
        schema: {
          summary: 'Send the caller the address of the page on which they prove who they are',
          params,
          body: sendPageRequestSchema,
          response: { 200: caseResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const sent = await sendCallPage(acting, session, request.params.case, request.body.over);
          return { case: present(sent, requestLanguage(deps, request)) };
        }),
    );

    app.post(
      '/helpdesk/cases/:case/answer',
      {
        schema: {
          summary: 'What the caller said when they were asked',
          params,
          body: callerAnswerRequestSchema,
          response: { 200: caseResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const answered = await takeAnswer(acting, session, request.params.case, request.body);
          return { case: present(answered, requestLanguage(deps, request)) };
        }),
    );

    app.post(
      '/helpdesk/cases/:case/vouch',
      {
        schema: {
          summary: 'Ask the manager of the caller, or deputies, to vouch for them; by a role that may',
          params,
          body: z.strictObject({}),
          response: { 200: caseResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const asked = await askVouch(acting, session, request.params.case);
          return { case: present(asked, requestLanguage(deps, request)) };
        }),
    );

    app.post(
      '/helpdesk/cases/:case/act',
      {
        // What does not fit is written down: nobody who sends a receipt of their own making does so by mistake.
        attachValidation: true,
        schema: {
          summary: 'Do what a case is for, once its caller is verified',
          params,
          body: actOnCaseRequestSchema,
          response: { 200: helpResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          if (request.validationError !== undefined) {
            await noteRefusal(acting, session, request.params.case, 'request.malformed');
            throw request.validationError;
          }
          const { password, unverified, linkTo, sendTo } = request.body;
          const help = await actOnCase(acting, session, request.params.case, { password, unverified, linkTo, sendTo });
          return presentHelp(deps, help, requestLanguage(deps, request));
        }),
    );

    app.get(
      '/helpdesk/cases/:case/reset',
      {
        schema: {
          summary: 'How the password of the person may be set, and where a link may be sent',
          params,
          response: { 200: resetChoiceSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { ways, channels, numbers } = await resetChoice(acting, session, request.params.case);
          return { ways: [...ways], channels: [...channels], numbers: [...numbers] };
        }),
    );

    app.post(
      '/helpdesk-link',
      {
        schema: {
          summary: 'Open a link of the helpdesk: a recovery that is proven already',
          body: openResetLinkRequestSchema,
          response: { 201: startResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        answerOpened(deps, request, reply, ['helpdesk-link.invalid', 'helpdesk-link.number-wrong'], (acting, opening) =>
          openResetLink(acting, { ...request.body, ...opening }),
        ),
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
