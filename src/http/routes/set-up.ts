import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  checkedDirectorySchema,
  checkedSetUpSchema,
  finishedSetUpSchema,
  finishSetUpRequestSchema,
  foundDirectorySchema,
  lookRequestSchema,
  openSetUpRequestSchema,
  type ShownSetUp,
  saveSetUpRequestSchema,
  shownSetUpSchema,
  testedMailSchema,
  testMailRequestSchema,
} from '../../../shared/api/set-up.ts';
import type { SetUpTools } from '../../core/ports/set-up-tools.ts';
import { checkDirectory } from '../../core/set-up/check-directory.ts';
import { checkRoleGroups } from '../../core/set-up/check-roles.ts';
import type { SetUpFacts } from '../../core/set-up/facts.ts';
import { checkSetUp, finishSetUp } from '../../core/set-up/finish.ts';
import { openSetUp, requireSetUp, type SetUpActing, type SetUpDeps, saveSetUp } from '../../core/set-up/set-up.ts';
import { sendTestMail } from '../../core/set-up/test-mail.ts';
import { actOf } from '../act-of.ts';
import type { DoorDeps } from '../base-app.ts';
import { requestLanguage } from '../request-language.ts';
import { setSetUpCookie, setUpTokens } from '../set-up-cookie.ts';
import { setUpFile } from '../set-up-file.ts';

/** What sets an installation up that has no configuration yet. */
export interface SetUpHttpDeps extends DoorDeps, SetUpDeps {
  readonly tools: SetUpTools;
  /** Called when the answer has left that says that there is a configuration now. */
  readonly onFinished: () => void;
}

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const nothing = z.strictObject({});
/** A certificate of an authority among the answers. */
const BODY_LIMIT = 64 * 1024;

/** `/api/v1/set-up`: there until there is a configuration, for who has opened the link of the console. */
export function setUpRoutes(deps: SetUpHttpDeps): FastifyPluginAsyncZod {
  const actingOf = (request: FastifyRequest): SetUpActing => ({ ...deps, act: actOf(request) });
  const facts = async (request: FastifyRequest) => (await requireSetUp(actingOf(request), setUpTokens(request))).facts;
  const shown = (version: number, { answers, secrets }: SetUpFacts): ShownSetUp => ({
    version,
    answers,
    known: { directory: secrets.directory !== undefined, mail: secrets.mail !== undefined },
  });

  return async (app) => {
    app.post(
      '/set-up/open',
      { schema: { summary: 'Open the link of the console', body: openSetUpRequestSchema, response: { 204: z.null(), ...problems } } },
      async (request, reply) => {
        const token = await openSetUp(actingOf(request), request.body.secret);
        setSetUpCookie(reply, token);
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/set-up',
      { schema: { summary: 'What has been answered', response: { 200: shownSetUpSchema, ...problems } } },
      async (request) => {
        const { row, facts } = await requireSetUp(actingOf(request), setUpTokens(request));
        return shown(row.version, facts);
      },
    );

    app.put(
      '/set-up',
      {
        bodyLimit: BODY_LIMIT,
        schema: { summary: 'Keep what has been answered', body: saveSetUpRequestSchema, response: { 200: shownSetUpSchema, ...problems } },
      },
      async (request) => {
        const { row, facts } = await saveSetUp(actingOf(request), setUpTokens(request), request.body);
        return shown(row.version, facts);
      },
    );

    app.post(
      '/set-up/look',
      {
        bodyLimit: BODY_LIMIT,
        schema: {
          summary: 'What is behind an address; nobody signs in',
          body: lookRequestSchema,
          response: { 200: foundDirectorySchema, ...problems },
        },
      },
      async (request) => {
        await facts(request);
        const found = await deps.tools.finder.look(request.body.address, request.body.authority);
        return { ...found, servers: [...found.servers], chain: [...found.chain], namingContexts: [...found.namingContexts] };
      },
    );

    app.post(
      '/set-up/directory',
      {
        schema: {
          summary: 'What to grant the service account, whether it has it, and how many people are found',
          body: nothing,
          response: { 200: checkedDirectorySchema, ...problems },
        },
      },
      async (request) => checkDirectory(deps.tools, deps.clock, await facts(request)),
    );

    app.post(
      '/set-up/test-mail',
      { schema: { summary: 'Send one message', body: testMailRequestSchema, response: { 200: testedMailSchema, ...problems } } },
      async (request) => {
        const wanted = { to: request.body.to, language: requestLanguage(deps, request) };
        return { trouble: await sendTestMail(deps, await facts(request), wanted) };
      },
    );

    app.post(
      '/set-up/check',
      {
        schema: {
          summary: 'The configuration that the answers become, as far as they go',
          body: nothing,
          response: { 200: checkedSetUpSchema, ...problems },
        },
      },
      async (request) => {
        const answered = await facts(request);
        const judged = checkSetUp(deps.tools, answered);
        const problems = [...judged.problems, ...(await checkRoleGroups(deps.tools, answered))];
        return { document: setUpFile(judged), missing: judged.missing, problems };
      },
    );

    app.post(
      '/set-up/finish',
      {
        schema: {
          summary: 'Put the configuration into force, and invite the first administrator',
          body: finishSetUpRequestSchema,
          response: { 200: finishedSetUpSchema, ...problems },
        },
      },
      async (request, reply) => {
        const finished = await finishSetUp({ ...deps, act: actOf(request) }, setUpTokens(request), request.body);
        // The cookie stays: one step is left, at the node that begins now.
        reply.raw.once('close', deps.onFinished);
        return finished;
      },
    );
  };
}
