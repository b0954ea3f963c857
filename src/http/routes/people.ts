import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  type FoundPersonRow,
  findPeopleQuerySchema,
  foundPeopleSchema,
  peopleDirectoriesSchema,
  type SeenPerson,
  seenPersonSchema,
} from '../../../shared/api/people.ts';
import { csvPages } from '../../core/csv-lines.ts';
import { exportPeople } from '../../core/helpdesk/export-people.ts';
import { directoriesToSearch } from '../../core/helpdesk/find-people.ts';
import { maskContact } from '../../core/helpdesk/mask-contact.ts';
import { risksOf } from '../../core/helpdesk/risks-of.ts';
import { searchPeople } from '../../core/helpdesk/search-people.ts';
import { type SeenPersonFacts, seePerson } from '../../core/helpdesk/see-person.ts';
import { tellOfPerson } from '../../core/helpdesk/tell-of-person.ts';
import { presentCountsFrom, presentTime } from '../../core/journey/present-step.ts';
import type { Account } from '../../core/ports/directory.ts';
import { forCaller } from '../for-caller.ts';
import type { HttpDeps } from '../http-deps.ts';
import { createListSender } from '../list-sender.ts';
import { presentThreat } from '../present-threat.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ directory: z.string().min(1).max(64), id: z.string().min(1).max(120) });
const COLUMNS = ['directory', 'login', 'displayName', 'mail', 'location'] as const;

const time = (at: number | null) => (at === null || at === 0 ? null : presentTime(at, 'down'));

/** `/api/v1/helpdesk/people`: people as the directories have them now, for agents. */
export function peopleRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const rowOf = ({ directory, id, login, displayName, mail, location }: Account): FoundPersonRow => ({
    ...{ directory, id, login, displayName, location },
    mail: mail[0] ?? null,
  });

  const present = (seen: SeenPersonFacts, now: number, language: string): SeenPerson => {
    const { account, status, policy, directory } = seen;
    const later = (at: number | null) => (at !== null && at > now ? presentTime(at, 'up') : null);
    return {
      account: { ...rowOf(account), directoryLabel: directory.label, principalName: account.principalName },
      protected: seen.protected,
      lock: {
        ...{ locked: status.locked, until: later(status.lockedUntil), badAttempts: status.badAttempts },
        lastBadAttemptAt: time(status.lastBadAttemptAt),
      },
      state: { disabled: status.disabled, accountExpired: status.accountExpired },
      password: {
        ...{ setAt: time(status.passwordSetAt), expiresAt: time(status.passwordExpiresAt), expired: status.passwordExpired },
        ...{ mustChange: status.mustChange, changeableAt: later(status.changeableAt), policy: policy.name },
      },
      factors: seen.factors.map(({ kind, label, createdAt, lastUsedAt, countsFrom }) => ({
        ...{ kind, label: maskContact(kind, label), createdAt: time(createdAt), lastUsedAt: time(lastUsedAt) },
        countsFrom: presentCountsFrom(countsFrom, now),
      })),
      linked: [...seen.linked],
      risks: risksOf(seen, now),
      events: seen.events.toReversed().map(({ at, type, data }) => {
        const { actor } = JSON.parse(data) as { actor?: { kind: string; login?: string } };
        return {
          ...{ at: presentTime(at, 'down'), type, sentence: tellOfPerson(deps.texts, account, { type, data }, language) },
          ...(actor === undefined ? {} : { by: actor.kind }),
          ...(actor?.login === undefined ? {} : { login: actor.login }),
        };
      }),
      ...{
        may: [...seen.may],
        inCase: [...seen.inCase],
        withSecond: [...seen.withSecond],
        reminds: seen.reminds,
        mayNot: seen.mayNot.map((each) => ({ ...each })),
      },
    };
  };

  return async (app) => {
    const sendList = createListSender(app);
    app.get(
      '/helpdesk/directories',
      {
        config: { token: 'see-people' },
        schema: {
          summary: 'Where the agent may look for people, and by what each directory can be filtered',
          response: { 200: peopleDirectoriesSchema, ...problems },
        },
      },
      (request, reply) =>
        forCaller(deps, request, reply, async (acting, caller) => ({
          directories: (await directoriesToSearch(acting, caller)).map(({ directory: { id, label, abilities }, reminds }) => ({
            ...{ id, label, filters: [...abilities.finds], places: abilities.findsBelowPlaces === true, reminds },
          })),
          threat: await presentThreat(deps),
        })),
    );

    app.get(
      '/helpdesk/people',
      {
        config: { token: 'see-people' },
        schema: {
          summary: 'One page of people in one directory whom the agent may see',
          querystring: findPeopleQuerySchema,
          response: { 200: foundPeopleSchema, ...problems },
        },
      },
      (request, reply) =>
        forCaller(deps, request, reply, async (acting, caller) => {
          const { people, cursor, untold } = await searchPeople(acting, caller, request.query);
          return { people: people.map(rowOf), cursor, untold };
        }),
    );

    app.get(
      '/helpdesk/people.csv',
      {
        // Whoever asks for the head alone would have all of it read, and written down as taken away.
        exposeHeadRoute: false,
        config: { token: 'see-people' },
        schema: {
          summary: 'The same, all of them, as CSV (RFC 4180, UTF-8)',
          querystring: findPeopleQuerySchema.omit({ cursor: true }),
          response: { 200: z.any().describe('text/csv'), ...problems },
        },
      },
      (request, reply) =>
        forCaller(deps, request, reply, async (acting, caller) => {
          const begin = async () => csvPages(exportPeople(acting, caller, request.query), COLUMNS, rowOf);
          return sendList(reply, { name: 'people.csv', caller, begin });
        }),
    );

    app.get(
      '/helpdesk/people/:directory/:id',
      {
        config: { token: 'see-people' },
        schema: {
          summary: 'How the account of one person stands, and what the agent may do',
          params,
          response: { 200: seenPersonSchema, ...problems },
        },
      },
      (request, reply) =>
        forCaller(deps, request, reply, async (acting, caller) =>
          present(await seePerson(acting, caller, request.params), acting.act.at, requestLanguage(deps, request)),
        ),
    );
  };
}
