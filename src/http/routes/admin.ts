import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import {
  adminExplainRequestSchema,
  adminExplanationSchema,
  adminOverviewSchema,
  adminTriedSchema,
  adminTryRequestSchema,
} from '../../../shared/api/admin.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { readEmergencies } from '../../core/access/emergency.ts';
import { explainAccess } from '../../core/access/explain-access.ts';
import { findNamed, type NamedAccount } from '../../core/access/find-named.ts';
import { manageable, requireManage } from '../../core/access/manage.ts';
import { timeZoneOf } from '../../core/configuration/time-zone.ts';
import { type ExplainedProof, explainProof } from '../../core/journey/explain-proof.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { explainPolicy, type PolicyExplanation } from '../../core/password-policy/explain-policy.ts';
import { ruleText } from '../../core/password-policy/present.ts';
import type { AccountRef } from '../../core/ports/directory.ts';
import { endedByRaising } from '../../core/sessions/still-enough.ts';
import { canBeVouchedFor } from '../../core/vouching/approvers.ts';
import { forViewer } from '../for-caller.ts';
import { forManager } from '../for-manager.ts';
import { forAnySession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { presentThreat } from '../present-threat.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

function presentProof({ goal, rules, offered, verdict: { reason, detail, combinations } }: ExplainedProof) {
  return {
    ...{ goal, reason, detail, offered: offered.map((kinds) => [...kinds]) },
    combinations: combinations.map(({ kinds, missing }) => ({ kinds: [...kinds], missing: [...missing] })),
    rules: rules.map(({ rule, fate, conditions }) => ({ name: rule.name, fate, conditions: [...conditions] })),
  };
}

function presentPolicy(told: PolicyExplanation, texts: HttpDeps['texts'], words: { language: string; timeZone: string }) {
  const { name: policy, uncertain, rules, conflicts, acceptable } = told;
  return {
    ...{ policy, uncertain, acceptable, conflicts: [...conflicts] },
    rules: rules.map(({ from, verdict: { code, params, ok } }) => ({
      ...{ from, text: ruleText(code, params, texts, words.language, words.timeZone) },
      ok: ok === 'server-decides' ? null : ok,
    })),
  };
}

/** `/api/v1/admin`: what somebody sees of the installation who may, by a role or in an emergency. */
export function adminRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const presentAccount = ({ account, directory }: NamedAccount) => ({
    directory: directory.id,
    id: account.id,
    login: account.login,
    label: directory.label,
  });

  return async (app) => {
    app.get(
      '/admin',
      {
        config: { token: 'never' },
        schema: {
          summary: 'What one may do here, and whether an emergency is in use',
          response: { 200: adminOverviewSchema, ...problems },
        },
      },
      (request, reply) =>
        forAnySession(deps, request, reply, async (acting, session) => {
          const may = await manageable(acting, session);
          const isEmergency = session.rights === 'emergency';
          // Who may do nothing at all is refused as for each act, and counted.
          if (may.length === 0 && !isEmergency) await requireManage(acting, session, 'manage-configuration', { proof: 'any' });
          const emergencies = (await readEmergencies(acting)).flatMap(({ author, reason, openedAt }) =>
            openedAt === null ? [] : [{ author, reason, since: presentTime(openedAt, 'down') }],
          );
          const [current, threat] = await Promise.all([deps.store.configurations.current(), presentThreat(deps)]);
          const raises = threat === null && may.includes('manage-configuration');
          const raisingEnds = raises ? await endedByRaising(acting, session) : null;
          return {
            may,
            session: !isEmergency ? ('role' as const) : may.length === 0 ? ('passkey-needed' as const) : ('emergency' as const),
            emergencies,
            threat,
            raisingEnds,
            configuration: current?.version ?? 0,
          };
        }),
    );

    app.post(
      '/admin/explain',
      {
        config: { token: 'manage-roles' },
        schema: {
          summary: 'Which roles somebody holds, by what, and what they may do for somebody',
          body: adminExplainRequestSchema,
          response: { 200: adminExplanationSchema, ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'manage-roles', async (acting, caller, actor) => {
          const { account: wanted, target: other } = request.body;
          const by = { caller, actor };
          const who = await findNamed(acting, by, wanted);
          const whom = other === undefined ? null : await findNamed(acting, by, other);
          const [protection, told] = await Promise.all([who.directory.isProtected(who.account), explainAccess(acting, who, whom)]);
          return {
            account: presentAccount(who),
            protected: protection.protected,
            protectedBy: protection.reason,
            barred: told.barred,
            roles: told.roles.map(({ role: { name, may }, held, ways }) => ({ name, may: [...may], held, ways: [...ways] })),
            target:
              whom === null || told.target === null
                ? null
                : {
                    account: presentAccount(whom),
                    decisions: told.target.decisions.map(({ action, decision }) => ({
                      action,
                      allowed: decision.allowed,
                      because: decision.allowed ? null : decision.because,
                      roles: [...decision.roles],
                    })),
                  },
          };
        }),
    );

    app.post(
      '/admin/try',
      {
        config: { token: 'never' },
        schema: {
          summary: 'What somebody would be asked for, and how a new password of theirs would be judged. Nothing is changed',
          body: adminTryRequestSchema,
          response: { 200: adminTriedSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async (acting, session, actor) => {
          const { account: wanted, client, address = null, password = null } = request.body;
          const person = await findNamed(acting, { caller: session, actor }, wanted);
          const configuration = deps.configuration();
          const vouched = (each: AccountRef) => canBeVouchedFor(acting, each);
          const [proof, facts] = await Promise.all([
            explainProof(acting, configuration, person, { client, address }, vouched),
            person.directory.readFacts(person.account),
          ]);
          const told = await explainPolicy(acting, facts, password, acting.act.at);
          const words = { language: requestLanguage(deps, request), timeZone: timeZoneOf(configuration) };
          return { account: presentAccount(person), proof: proof.map(presentProof), password: presentPolicy(told, deps.texts, words) };
        }),
    );
  };
}
