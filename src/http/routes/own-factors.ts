import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  addedFactorSchema,
  addOwnPasskeyRequestSchema,
  addressBegunSchema,
  beginAddressRequestSchema,
  beginNumberRequestSchema,
  confirmFactorRequestSchema,
  type OwnFactor,
  ownFactorsSchema,
  ownPasskeyOptionsSchema,
  recoveryCodesMadeSchema,
  removeFactorQuerySchema,
  renameFactorRequestSchema,
  setQuestionsRequestSchema,
  totpBegunSchema,
} from '../../../shared/api/own-factors.ts';
import { FROM_DIRECTORY } from '../../core/enrolment/factors-of.ts';
import { coolDownHoursOf } from '../../core/enrolment/invitations/show-invitation.ts';
import { beginAddress, beginTotp, confirmCode, makeOwnCodes, requireFewer, requireRoom } from '../../core/enrolment/own-codes.ts';
import { countsFromOf, isRenamed, ownAccount, ownProofs, removeOwn, renameOwn } from '../../core/enrolment/own-proofs.ts';
import { questionsToChoose, setOwnQuestions } from '../../core/enrolment/own-questions.ts';
import { addedByOwner, goingOn, requireMayAdd } from '../../core/enrolment/own-session.ts';
import { tellDevices } from '../../core/enrolment/passkey-devices.ts';
import { beginPasskey, finishPasskey } from '../../core/enrolment/passkeys.ts';
import { presentCountsFrom, presentTime } from '../../core/journey/present-step.ts';
import type { FactorRow } from '../../core/ports/store.ts';
import { sessionActor } from '../../core/sessions/end-sessions.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** What a request that says nothing has in it. */
const nothing = z.strictObject({});
const params = z.object({ factor: z.string().min(1).max(120) });
const time = (at: number | null) => (at === null || at === 0 ? null : presentTime(at, 'down'));

/** `/api/v1/me/factors`: what proves somebody who is signed in, added, renamed and taken away by themselves. */
export function ownFactorRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const present = (row: FactorRow, now: number): OwnFactor => ({
    id: row.id,
    kind: row.kind,
    label: row.label,
    renamable: isRenamed(row),
    removable: row.source !== FROM_DIRECTORY,
    createdAt: time(row.createdAt),
    lastUsedAt: time(row.lastUsedAt),
    countsFrom: presentCountsFrom(row.countsFrom, now),
  });
  const added = (row: FactorRow, now: number) => {
    deps.wakeOutbox('notice');
    return { name: row.label, countsFrom: presentCountsFrom(row.countsFrom, now) };
  };

  return async (app) => {
    app.get(
      '/me/factors',
      { schema: { summary: 'What proves the person, and what that is good for', response: { 200: ownFactorsSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { account, factors, linked, vouched, addable, ways } = await ownProofs(acting, session);
          const coolDownHours = await coolDownHoursOf(acting, session);
          return {
            factors: factors.map((row) => present(row, acting.act.at)),
            addable,
            ways: ways.map(({ kinds, missing }) => ({
              ...{ kinds: [...kinds], missing: [...missing] },
              from:
                missing.length === 0 ? presentCountsFrom(countsFromOf(kinds, [...factors, ...linked, ...vouched]), acting.act.at) : null,
            })),
            questions: addable.includes('questions') ? questionsToChoose(acting, session) : null,
            coolDownHours,
            devices: await tellDevices(acting, session, account),
          };
        }),
    );

    app.post(
      '/me/factors/totp',
      { schema: { summary: 'Begin to add an authenticator app', body: nothing, response: { 201: totpBegunSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const begun = await beginTotp(acting, session);
          return reply.status(201).send({ ...begun, expiresAt: presentTime(begun.expiresAt, 'down') });
        }),
    );

    app.post(
      '/me/factors/email',
      {
        schema: {
          summary: 'Begin to add a mail address: a code goes there',
          body: beginAddressRequestSchema,
          response: { 201: addressBegunSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const begun = await beginAddress(acting, session, { kind: 'email', typed: request.body.address });
          deps.wakeOutbox('code');
          return reply.status(201).send({ ...begun, expiresAt: presentTime(begun.expiresAt, 'down') });
        }),
    );

    app.post(
      '/me/factors/sms',
      {
        schema: {
          summary: 'Begin to add a mobile number: a code goes there',
          body: beginNumberRequestSchema,
          response: { 201: addressBegunSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const begun = await beginAddress(acting, session, { kind: 'sms', typed: request.body.number });
          deps.wakeOutbox('code');
          return reply.status(201).send({ ...begun, expiresAt: presentTime(begun.expiresAt, 'down') });
        }),
    );

    app.post(
      '/me/factors/confirm',
      {
        schema: {
          summary: 'Keep an authenticator, an address or a number by its first code',
          body: confirmFactorRequestSchema,
          response: { 201: addedFactorSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { name = 'Authenticator', ...given } = request.body;
          return reply.status(201).send(added(await confirmCode(acting, session, { ...given, name }), acting.act.at));
        }),
    );

    app.post(
      '/me/factors/passkey-options',
      { schema: { summary: 'Begin to add a passkey', body: nothing, response: { 201: ownPasskeyOptionsSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await requireRoom(acting, session, 'passkey');
          const { login, displayName } = await ownAccount(acting, session);
          const owner = { account: session.account, login, displayName };
          const rests = { id: session.row.journeyId, expiresAt: session.endsAt };
          return reply.status(201).send(await beginPasskey(acting, owner, rests));
        }),
    );

    app.post(
      '/me/factors/passkeys',
      { schema: { summary: 'Add a passkey', body: addOwnPasskeyRequestSchema, response: { 201: addedFactorSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          requireMayAdd(acting, session);
          const { ceremony, name, credential } = request.body;
          const { spend, countsFrom } = await addedByOwner(acting, session, (store) => requireFewer({ store }, session, 'passkey'));
          const asked = {
            ...{ account: session.account, journey: session.row.journeyId, ceremony, name: name ?? 'Passkey', answer: credential },
            ...{ actor: sessionActor(acting.act, session), language: session.language, now: acting.act.at, sessions: goingOn(session) },
            countsFrom,
          };
          return reply.status(201).send(added(await finishPasskey(acting, asked, spend), acting.act.at));
        }),
    );

    app.post(
      '/me/factors/recovery-codes',
      { schema: { summary: 'Make ten new recovery codes', body: nothing, response: { 201: recoveryCodesMadeSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { codes, countsFrom } = await makeOwnCodes(acting, session);
          deps.wakeOutbox('notice');
          return reply.status(201).send({ codes, countsFrom: presentCountsFrom(countsFrom, acting.act.at) });
        }),
    );

    app.post(
      '/me/factors/questions',
      {
        schema: {
          summary: 'Set up security questions, in place of those that there are',
          body: setQuestionsRequestSchema,
          response: { 201: addedFactorSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const label = deps.texts.translate(requestLanguage(deps, request), 'journey.factor.questions');
          const row = await setOwnQuestions(acting, session, request.body.answers, label);
          return reply.status(201).send(added(row, acting.act.at));
        }),
    );

    app.patch(
      '/me/factors/:factor',
      {
        schema: { summary: 'Call it something else', params, body: renameFactorRequestSchema, response: { 204: z.null(), ...problems } },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await renameOwn(acting, session, request.params.factor, request.body.name);
          return reply.status(204).send(null);
        }),
    );

    app.delete(
      '/me/factors/:factor',
      {
        schema: { summary: 'Take it away', params, querystring: removeFactorQuerySchema, response: { 204: z.null(), ...problems } },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await removeOwn(acting, session, request.params.factor, request.query.anyway);
          deps.wakeOutbox('notice');
          return reply.status(204).send(null);
        }),
    );
  };
}
