import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { factorKindSchema, problemSchema } from '../../../shared/api/journeys.ts';
import {
  activitySchema,
  changePasswordRequestSchema,
  changePasswordResponseSchema,
  meSchema,
  myPasswordCheckRequestSchema,
  myPasswordCheckResponseSchema,
} from '../../../shared/api/me.ts';
import { isAct, isForPeople } from '../../../shared/permissions.ts';
import { recentEvents } from '../../core/audit/recent-events.ts';
import { type Change, changePassword, rulesForChange } from '../../core/change/change-password.ts';
import { OWN, type OwnFacts } from '../../core/change/own-accounts.ts';
import { timeZoneOf } from '../../core/configuration/time-zone.ts';
import { factorsOf } from '../../core/enrolment/factors-of.ts';
import { presentCountsFrom, presentTime } from '../../core/journey/present-step.ts';
import { judgeNewPassword } from '../../core/password-policy/judge-new-password.ts';
import { presentRules, presentVerdicts } from '../../core/password-policy/present.ts';
import { presentRefusal } from '../../core/password-policy/present-refusal.ts';
import type { PasswordRefusal } from '../../core/ports/directory.ts';
import { requireFullRights } from '../../core/sessions/freshness.ts';
import { takesManagers } from '../../core/vouching/vouched-proof.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** Events that are shown. */
const SHOWN = 30;

const time = (at: number | null) => (at === null || at === 0 ? null : presentTime(at, 'down'));

/** `/api/v1/me`: what is somebody's own who is signed in. */
export function meRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const sentenceOf = ({ outcome, code }: Change, language: string): string => {
    if (code === 'account.write-open') return deps.texts.translate(language, 'journey.message.other-write-open');
    if (code?.startsWith('password.') === true || code?.startsWith('account.') === true) {
      return presentRefusal(code as PasswordRefusal, deps.texts, language);
    }
    return deps.texts.translate(language, `password.change.${outcome}`);
  };

  return async (app) => {
    app.get(
      '/me',
      { schema: { summary: 'The account, its state and what proves its owner', response: { 200: meSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          requireFullRights(session);
          const { accounts, rules } = await rulesForChange(acting, session, [OWN]);
          const { account, status } = accounts[0] as OwnFacts;
          const factors = await factorsOf(deps, account);
          return {
            account: {
              login: account.login,
              displayName: account.displayName,
              directory: deps.directories.get(account.directory).label,
              locked: status.locked,
              mustChange: status.mustChange,
              passwordSetAt: time(status.passwordSetAt),
              passwordExpiresAt: time(status.passwordExpiresAt),
              passwordExpired: status.passwordExpired,
              changeableAt: status.changeableAt === null ? null : presentTime(status.changeableAt, 'up'),
            },
            factors: factors.map(({ id, kind, label, createdAt, lastUsedAt, countsFrom }) => ({
              id,
              kind,
              label,
              createdAt: time(createdAt),
              lastUsedAt: time(lastUsedAt),
              countsFrom: presentCountsFrom(countsFrom, acting.act.at),
            })),
            rules: presentRules(rules, deps.texts, requestLanguage(deps, request), timeZoneOf(deps.configuration())),
            helps: deps.configuration().roles.some(({ may }) => may.some(isAct)),
            administers: deps.configuration().roles.some(({ may }) => !may.every(isForPeople)),
            vouches: takesManagers(deps.configuration()),
          };
        }),
    );

    app.get(
      '/me/activity',
      { schema: { summary: 'What happened to the account lately', response: { 200: activitySchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (_acting, session) => {
          requireFullRights(session);
          const events = await recentEvents(deps.store, session.account, SHOWN);
          return {
            events: events.toReversed().map(({ at, type, data }) => {
              const { actor, factor } = JSON.parse(data) as {
                actor?: { kind: 'self' | 'operator' | 'system' | 'delegate'; address?: string };
                factor?: unknown;
              };
              const kind = factorKindSchema.safeParse(factor);
              return {
                at: presentTime(at, 'down'),
                type,
                ...(kind.success ? { factor: kind.data } : {}),
                ...(actor === undefined ? {} : { by: actor.kind }),
                // Where a delegate sits is none of the owner's business.
                ...(actor?.address === undefined || actor.kind === 'delegate' ? {} : { address: actor.address }),
              };
            }),
          };
        }),
    );

    app.post(
      '/me/password-check',
      {
        schema: {
          summary: 'Judge a new password while it is typed',
          body: myPasswordCheckRequestSchema,
          response: { 200: myPasswordCheckResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          requireFullRights(session);
          const { password, accounts: ids = [OWN] } = request.body;
          const { accounts, rules } = await rulesForChange(acting, session, ids);
          const { verdicts, acceptable } = await judgeNewPassword(deps, password, rules);
          const strength =
            password === ''
              ? null
              : await deps.strength.estimate(
                  session.id,
                  password,
                  accounts.flatMap(({ account }) => [account.login, account.displayName]),
                );
          const shown = [deps.texts, requestLanguage(deps, request), timeZoneOf(deps.configuration())] as const;
          return {
            rules: presentRules(rules, ...shown),
            verdicts: presentVerdicts(verdicts, ...shown),
            acceptable,
            ...(strength === null ? {} : { strength }),
          };
        }),
    );

    app.post(
      '/me/password',
      {
        schema: {
          summary: 'Change the password of one account or several, by the current one of each',
          body: changePasswordRequestSchema,
          response: { 200: changePasswordResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const language = requestLanguage(deps, request);
          const { results, verdicts } = await changePassword(acting, { ...session, language }, request.body);
          return {
            results: results.map((change) => ({
              account: { id: change.id, label: change.label },
              outcome: change.outcome,
              message: sentenceOf(change, language),
              ...(change.code === undefined ? {} : { code: change.code.startsWith('directory.') ? 'directory.unavailable' : change.code }),
              ...(change.changeableAt === undefined ? {} : { changeableAt: presentTime(change.changeableAt, 'up') }),
            })),
            ...(verdicts === undefined
              ? {}
              : { verdicts: presentVerdicts(verdicts, deps.texts, language, timeZoneOf(deps.configuration())) }),
          };
        }),
    );
  };
}
