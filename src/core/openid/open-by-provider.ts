import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { OpenIdSettings } from '../configuration/open-id-section.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { OpenIdProvider, ProviderClaims } from '../ports/open-id-provider.ts';
import type { SessionRow } from '../ports/session-store.ts';
import { randomId, randomToken } from '../random-id.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import { readAsked } from '../sessions/open-session.ts';
import { providerOf } from '../sessions/provider-of.ts';
import { newestProofs, type Session, type SessionFacts, sessionOf } from '../sessions/session.ts';
import { findProviderAccount, judgeProviderAccount, type ProviderRefusal } from './find-provider-account.ts';
import { loginId, type ProviderLogin, readLogin, requestOf } from './login.ts';
import { mappedProofs } from './mapped-proofs.ts';
import { isSignedOutSince } from './signed-out-there.ts';

/** What a browser brings back from the provider. */
export interface ProviderReturn {
  /** What was kept in the browser when it set out. */
  readonly login: string | null;
  /** Parameters of the answer, as a query. */
  readonly answer: string;
  /** Who is signed in there already: proves once more who they are, where that was what they set out for. */
  readonly held: Session | null;
}

/** The provider that is configured. @throws AppError `openid.not-configured` */
export function providerSettings({ configuration }: Pick<ActDeps, 'configuration'>): OpenIdSettings {
  const { enabled, openIdConnect } = configuration().signIn;
  if (!enabled || openIdConnect === undefined) throw new AppError('openid.not-configured');
  return openIdConnect;
}

/**
 * Opens the session that a sign-in at the provider has earned, once: by an account that the provider names by its sign-in name, and by
 * what its `acr` and `amr` count as here. Roles are those that the directory tells, as for everybody: no claim gives one. Who came to
 * prove it once more must be the same, and their session before ends.
 * @returns the token, shown to nobody else and kept only as a digest
 * @throws AppError `openid.*`, `guard.slow-down`, `directory.*`
 */
export async function openByProvider(
  deps: ActDeps,
  provider: OpenIdProvider,
  { login: kept, answer, held }: ProviderReturn,
): Promise<{ token: string; session: Session }> {
  const settings = providerSettings(deps);
  const login = kept === null ? null : readLogin(kept, deps.act.at);
  if (login === null) throw new AppError('openid.expired');
  // Before the provider is asked, as it is asked for whoever comes: of many answers at once each sees those before it.
  const decision = await deps.guard.countStray(deps.act.address);
  if (!decision.allowed) throw slowDown(deps.act, decision.retryAt);
  let isRefused = false;
  try {
    return await judge(deps, provider, settings, { login, answer, held });
  } catch (error) {
    isRefused = isAppError(error, 'openid.refused');
    throw error;
  } finally {
    // Neither who comes in nor the fault of a server uses up what people behind one address share.
    if (!isRefused) await deps.guard.giveBackStray(deps.act.address);
  }
}

async function judge(
  deps: ActDeps,
  provider: OpenIdProvider,
  settings: OpenIdSettings,
  { login, answer, held }: { login: ProviderLogin; answer: string; held: Session | null },
): Promise<{ token: string; session: Session }> {
  const claims = await provider.finish(requestOf(deps, login), answer).catch((error: unknown) => refuseAs(deps, error));
  const kinds = mappedProofs(settings, claims);
  if (kinds.length === 0) throw await refusal(deps, 'proofs-not-mapped');
  if (!isRecent(deps, settings, login, claims)) throw await refusal(deps, 'too-long-ago');
  const directory = deps.directories.get(settings.directory);
  const found = await findProviderAccount(directory, claims.name);
  if ('refused' in found) throw await refusal(deps, found.refused);
  const { account } = found;
  const barred = await judgeProviderAccount(deps, directory, account, kinds);
  if (barred !== null) throw await refusal(deps, barred, account);
  const before = login.again ? held : null;
  if (login.again && (before === null || accountKey(before.account) !== accountKey(account)))
    throw await refusal(deps, 'other-account', account);
  return open(deps, { settings, login, claims, kinds, account, before });
}

interface Opening {
  readonly settings: OpenIdSettings;
  readonly login: ProviderLogin;
  readonly claims: ProviderClaims;
  readonly kinds: readonly FactorKind[];
  readonly account: Account;
  readonly before: Session | null;
}

async function open(deps: ActDeps, { settings, login, claims, kinds, account, before }: Opening) {
  const { at, address } = deps.act;
  const ref: AccountRef = { directory: account.directory, id: account.id };
  const requirement = await readAsked(deps, ref);
  const asked = requirement?.ask === 'nothing' ? null : requirement;
  const token = randomToken(deps.random);
  // What was given at the provider was given then, and never in the future of ours.
  const provenAt = Math.min(claims.authenticatedAt, at);
  const language = deps.act.language ?? deps.configuration().organisation.defaultLanguage;
  const facts: SessionFacts = {
    ...{ proofs: newestProofs([], kinds, provenAt), address, client: 'web', login: account.login, language },
    provider: providerOf(settings),
  };
  const endsAt = at + deps.configuration().signIn.longestHours * 3_600_000;
  const row: SessionRow = {
    ...{ id: randomId(deps.random), tokenDigest: deps.keys.digest('session-token', token), journeyId: loginId(deps, login) },
    ...{ directory: ref.directory, accountId: ref.id, rights: asked?.ask === 'force' ? 'until-enrolled' : 'full' },
    ...{ facts: JSON.stringify(facts), createdAt: at, endsAt, seenAt: at, endedAt: null, endedBecause: null, roles: [], rolesReadAt: null },
  };
  const session = sessionOf(row);
  const about = { account: ref, session: row.id, actor: sessionActor(deps.act, session) };
  const there = {
    subject: subjectDigest(deps, settings, claims.subject),
    providerSession: claims.session === null ? null : sessionDigest(deps, settings, claims.session),
  };
  await deps.store
    .transaction(async (store) => {
      // Counters, then the end of the log: one order of locks.
      if (await isSignedOutSince(deps, store, login, there)) throw refused('signed-out-there');
      // Then first, as it locks the end of the log: whatever ends sessions is either seen below, or comes after and ends this one.
      const opened = { journey: row.journeyId, factors: [...kinds], rights: row.rights, provider: settings.issuer };
      await recordEvent(store, deps.clock, { type: 'session.opened', ...about, ...opened });
      if (await store.freezes.isFrozen(ref)) throw refused('recovery-frozen');
      // Proven about an account as it was before its password was set anew. The provider tells a time and nothing else.
      if (await store.intents.wroteAfter(ref, provenAt)) throw refused('proven-before-change');
      if (before !== null) {
        await recordEvent(store, deps.clock, {
          type: 'session.ended',
          account: ref,
          session: before.id,
          because: 'signed-out',
          actor: about.actor,
        });
        if (!(await store.sessions.end(ref, before.id, 'signed-out', at))) throw refused('other-account');
      }
      if (!(await store.sessions.insert(row))) throw refused('used-already');
      await store.openId.note({
        ...{ sessionId: row.id, directory: ref.directory, accountId: ref.id, endsAt, ...there },
      });
      if (asked !== null && (await store.enrolmentAsks.ask(ref, at)))
        await recordEvent(store, deps.clock, { type: 'enrolment.asked', ...about, rule: asked.rule.name });
    })
    .catch((error: unknown) => refuseAs(deps, error, account));
  return { token, session };
}

/** Takes back what a transaction has written, with the reason. */
function refused(reason: ProviderRefusal): AppError {
  return new AppError('openid.refused', { reason });
}

function isRecent(
  deps: ActDeps,
  { longestAgeMinutes, clockSkewSeconds }: OpenIdSettings,
  login: ProviderLogin,
  claims: ProviderClaims,
): boolean {
  const skew = clockSkewSeconds * 1000;
  const { authenticatedAt } = claims;
  if (authenticatedAt > deps.act.at + skew) return false;
  // Times at the provider are whole seconds.
  if (login.again) return authenticatedAt + 1000 > login.startedAt - skew;
  return deps.act.at - authenticatedAt <= longestAgeMinutes * 60_000 + skew;
}

export function subjectDigest({ keys }: Pick<ActDeps, 'keys'>, { issuer }: Pick<OpenIdSettings, 'issuer'>, subject: string): string {
  return keys.digest('openid', `subject|${issuer}|${subject}`);
}

export function sessionDigest({ keys }: Pick<ActDeps, 'keys'>, { issuer }: Pick<OpenIdSettings, 'issuer'>, session: string): string {
  return keys.digest('openid', `session|${issuer}|${session}`);
}

/** Written down with its reason, which the browser is not told. It was counted when it came. */
async function refusal(deps: ActDeps, reason: ProviderRefusal | string, account?: Account): Promise<AppError> {
  const actor = { kind: 'self' as const, address: deps.act.address, client: 'web' };
  const about = account === undefined ? {} : { account: { directory: account.directory, id: account.id } };
  await deps.store.transaction((store) => recordEvent(store, deps.clock, { type: 'openid.refused', actor, reason, ...about }));
  return new AppError('openid.refused', { reason });
}

async function refuseAs(deps: ActDeps, error: unknown, account?: Account): Promise<never> {
  if (!isAppError(error, 'openid.refused')) throw error;
  throw await refusal(deps, String(error.details.reason ?? 'not-told'), account);
}
