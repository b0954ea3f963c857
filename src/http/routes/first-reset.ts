import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  firstResetLinkSchema,
  namedTestPersonSchema,
  nameTestPersonRequestSchema,
  openFirstResetRequestSchema,
  shownFirstResetSchema,
} from '../../../shared/api/first-reset.ts';
import { problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import { finishedSetUpSchema } from '../../../shared/api/set-up.ts';
import { isAppError } from '../../../shared/errors.ts';
import type { ActDeps } from '../../core/journey/act.ts';
import { endFirstReset, requireFirstReset } from '../../core/set-up/first-reset/first-reset.ts';
import { makeFirstResetLink, openFirstResetLink } from '../../core/set-up/first-reset/link.ts';
import { nameTestPerson } from '../../core/set-up/first-reset/name-person.ts';
import { showFirstReset } from '../../core/set-up/first-reset/show.ts';
import { actOf } from '../act-of.ts';
import { answerOpened } from '../begun-journey.ts';
import { countStray } from '../for-journey.ts';
import type { HttpDeps } from '../http-deps.ts';
import { clearSetUpCookie, setUpTokens } from '../set-up-cookie.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const nothing = z.strictObject({});

/** What the browser of the set-up asks for, which comes by another address than that of the organisation. */
export const FIRST_RESET = '/set-up/first-reset';

/** `/api/v1/set-up/first-reset`: the last step of the set-up, of the node that it has led to. */
export function firstResetRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  /** A request without a set-up behind it counts against its address. */
  async function ofSetUp<T>(request: FastifyRequest, work: (acting: ActDeps, tokens: string[]) => Promise<T>): Promise<T> {
    try {
      return await work({ ...deps, act: actOf(request) }, setUpTokens(request));
    } catch (error) {
      if (isAppError(error, 'set-up.not-open') || isAppError(error, 'set-up.over')) await countStray(deps, request);
      throw error;
    }
  }
  const shown = async (acting: ActDeps, tokens: string[]) => showFirstReset(acting, (await requireFirstReset(acting, tokens)).firstReset);

  return async (app) => {
    app.get(
      FIRST_RESET,
      { schema: { summary: 'How far the test person of the set-up has come', response: { 200: shownFirstResetSchema, ...problems } } },
      (request) => ofSetUp(request, shown),
    );

    app.post(
      FIRST_RESET,
      {
        schema: {
          summary: 'Name the test person of the set-up, for whom nothing is changed yet',
          body: nameTestPersonRequestSchema,
          response: { 200: namedTestPersonSchema, ...problems },
        },
      },
      (request) =>
        ofSetUp(request, async (acting, tokens) => {
          const unfit = await nameTestPerson(acting, tokens, request.body.account);
          return { unfit, shown: await shown(acting, tokens) };
        }),
    );

    app.post(
      `${FIRST_RESET}/link`,
      {
        schema: {
          summary: 'Make the link by which the test person sets another password',
          body: nothing,
          response: { 201: firstResetLinkSchema, ...problems },
        },
      },
      (request, reply) =>
        ofSetUp(request, async (acting, tokens) => {
          const address = await makeFirstResetLink(acting, tokens);
          return reply.status(201).send({ address, shown: await shown(acting, tokens) });
        }),
    );

    app.post(
      `${FIRST_RESET}/end`,
      {
        schema: {
          summary: 'End the set-up, with or without a reset',
          body: nothing,
          response: { 200: finishedSetUpSchema, ...problems },
        },
      },
      (request, reply) =>
        ofSetUp(request, async (acting, tokens) => {
          const finished = await endFirstReset(acting, tokens);
          clearSetUpCookie(reply);
          return finished;
        }),
    );

    app.post(
      '/first-reset',
      {
        schema: {
          summary: 'Open the link of a test person: a recovery that asks for the password alone',
          body: openFirstResetRequestSchema,
          response: { 201: startResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        answerOpened(deps, request, reply, ['set-up.reset-link-invalid'], (acting, opening) =>
          openFirstResetLink(acting, { ...request.body, ...opening }),
        ),
    );
  };
}
