import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeenPerson } from '../../../shared/api/people.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { formatList, formatTime } from '../../format.ts';
import { useLoaded } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { SimplePage } from '../../portal/simple-page.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { usePageTitle } from '../../ui/page-title.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ACT_KEYS, REMIND_KEY } from './act-keys.ts';
import { KeyHelp } from './key-help.tsx';
import classes from './people.module.css';
import { peopleApi } from './people-api.ts';
import { RemindOne } from './reminders.tsx';
import { useKeys } from './use-keys.ts';
import { useReminders } from './use-reminders.ts';

interface PersonPageProps {
  person: { directory: string; id: string };
  /** Begins what is to be done for them. */
  onHelp: (person: SeenPerson, action: PersonPermission) => void;
  onBack: () => void;
  onOver: () => void;
}

/** How the account of one person stands, now, and what the agent may do. */
export function PersonPage({ person: { directory, id }, onHelp, onBack, onOver }: PersonPageProps) {
  const { t, i18n } = useTranslation('helpdesk');
  const { t: portal } = useTranslation();
  // What happened comes in words: in another language it is asked for anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request names the language by itself
  const ask = useCallback(() => peopleApi.see(directory, id), [directory, id, i18n.language]);
  const { value, failure, load } = useLoaded(ask, onOver);
  useKeys((key) => {
    if (key === 'Escape') onBack();
    return key === 'Escape';
  });
  if (failure !== undefined) {
    const isGone = failure.kind === 'problem' && failure.code === 'access.refused';
    if (isGone)
      return (
        <SimplePage
          title={t('person.gone')}
          paragraphs={[t('person.gone.text')]}
          action={{ label: portal('action.back'), onPress: onBack }}
        />
      );
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={t('person.failed')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  return value === undefined ? <Skeleton /> : <Seen seen={value} onHelp={onHelp} onBack={onBack} onOver={onOver} />;
}

function Seen({ seen, onHelp, onBack, onOver }: { seen: SeenPerson } & Pick<PersonPageProps, 'onHelp' | 'onBack' | 'onOver'>) {
  const { t } = useTranslation('helpdesk');
  const { t: me } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { account } = seen;
  usePageTitle(account.displayName);
  const [keysShown, setKeysShown] = useState(false);
  const reminding = useReminders(onOver);
  const remind = () => reminding.start({ people: [account] });
  useKeys((key) => {
    const action = seen.may.find((each) => ACT_KEYS[each] === key);
    if (action !== undefined) onHelp(seen, action);
    else if (key === REMIND_KEY && seen.reminds) remind();
    else if (key === '?') setKeysShown(true);
    else return false;
    return true;
  });
  const keys = [
    ...seen.may.map((action) => [ACT_KEYS[action], me(nameOf(seen, action))] as const),
    ...(seen.reminds ? [[REMIND_KEY, t('remind')] as const] : []),
    ...['Esc', '?'].map((key) => [key, t(`keys.${key}`)] as const),
  ];
  return (
    <article className={classes.page}>
      <p>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </p>
      <h1 className={classes.title}>{account.displayName}</h1>
      <p className={classes.quiet}>
        {account.login} · {account.directoryLabel}
      </p>
      {seen.protected && <Notice tone="warning">{t('person.protected')}</Notice>}
      {seen.risks.map((risk) => (
        <Notice key={risk} tone="warning">
          {t(`risk.${risk}`)}
        </Notice>
      ))}
      <Acts seen={seen} onHelp={onHelp} />
      <State seen={seen} />
      <Proofs seen={seen}>{seen.reminds && <RemindOne progress={reminding.progress} onRemind={remind} />}</Proofs>
      <Events seen={seen} />
      <KeyHelp shown={keysShown} keys={keys} onClose={() => setKeysShown(false)} />
      {!keysShown && (
        <p>
          <ActionButton look="quiet" onPress={() => setKeysShown(true)}>
            {t('keys.show')}
          </ActionButton>
        </p>
      )}
    </article>
  );
}

/** In a case a password may be told, or be set by its owner: that is chosen when the caller is verified. */
function nameOf({ may, inCase }: SeenPerson, action: PersonPermission): string {
  const isDirect = may.includes(action) && !inCase.includes(action);
  return action === 'reset-password' && !isDirect ? 'help.new-password' : `help.${action}`;
}

function Acts({ seen, onHelp }: { seen: SeenPerson } & Pick<PersonPageProps, 'onHelp'>) {
  const { t } = useTranslation('helpdesk');
  const { t: me } = useTranslation('me');
  return (
    <section className={classes.section} aria-labelledby="person-acts">
      <h2 className={classes.heading} id="person-acts">
        {t('acts')}
      </h2>
      {seen.may.length === 0 && seen.mayNot.length === 0 && <p>{t('acts.none')}</p>}
      <div className={classes.buttons}>
        {seen.may.map((action) => (
          <ActionButton key={action} look="secondary" onPress={() => onHelp(seen, action)}>
            {seen.inCase.includes(action) ? t('act.in-case', { act: me(nameOf(seen, action)) }) : me(nameOf(seen, action))}
          </ActionButton>
        ))}
      </div>
      {seen.may.some((action) => seen.withSecond.includes(action)) && (
        <p className={classes.quiet}>
          {t('acts.second', {
            acts: formatList(seen.may.filter((action) => seen.withSecond.includes(action)).map((action) => me(nameOf(seen, action)))),
          })}
        </p>
      )}
      {seen.mayNot.length > 0 && (
        <ul className={classes.plain}>
          {seen.mayNot.map(({ action, because }) => (
            <li key={action} className={classes.quiet}>
              {me(nameOf(seen, action))}: {t(`because.${because}`)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function State({ seen }: { seen: SeenPerson }) {
  const { t } = useTranslation('helpdesk');
  const { lock, state, password, account } = seen;
  const known = (value: boolean | null, yes: string, no: string) => t(value === null ? 'not-known' : value ? yes : no);
  const at = (value: string | null, none: string) => (value === null ? t(none) : formatTime(value));
  const last = lock.lastBadAttemptAt === null ? '' : ` ${t('bad-attempts.last', { time: formatTime(lock.lastBadAttemptAt) })}`;
  const facts: [string, string][] = [
    [
      'lock',
      `${known(lock.locked, 'lock.yes', 'lock.no')}${lock.until === null ? '' : ` ${t('lock.until', { time: formatTime(lock.until) })}`}`,
    ],
    ['bad-attempts', lock.badAttempts === null ? t('not-known') : `${lock.badAttempts}${last}`],
    ['account', known(state.disabled, 'account.disabled', state.accountExpired === true ? 'account.expired' : 'account.open')],
    ['password', password.mustChange ? t('password.must-change') : known(password.expired, 'password.expired', 'password.good')],
    ['password-set', at(password.setAt, 'not-known')],
    ['password-expires', at(password.expiresAt, password.expired === false ? 'password.never' : 'not-known')],
    ['policy', password.policy ?? t('not-known')],
    ['mail', account.mail ?? t('none')],
    [
      'linked',
      seen.linked.length === 0
        ? t('none')
        : seen.linked.map(({ login, directory }) => `${login ?? t('not-known')} (${directory})`).join(', '),
    ],
    ['place', account.location],
  ];
  return (
    <section className={classes.section} aria-labelledby="person-state">
      <h2 className={classes.heading} id="person-state">
        {t('state')}
      </h2>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`fact.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Proofs({ seen, children }: { seen: SeenPerson; children: ReactNode }) {
  const { t } = useTranslation('helpdesk');
  const { t: me } = useTranslation('me');
  return (
    <section className={classes.section} aria-labelledby="person-proofs">
      <h2 className={classes.heading} id="person-proofs">
        {t('proofs')}
      </h2>
      {seen.factors.length === 0 ? (
        <p>{t('proofs.none')}</p>
      ) : (
        <ul className={classes.plain}>
          {seen.factors.map(({ kind, label, createdAt, countsFrom, lastUsedAt }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that is loaded once and never changes
            <li key={index}>
              {me(`kind.${kind}`)} <span className={classes.quiet}>{label}</span>
              {countsFrom !== null && (
                <span className={classes.warning}> {me('overview.counts-from', { time: formatTime(countsFrom) })}</span>
              )}
              {createdAt === null && <span className={classes.quiet}> {t('proofs.of-directory')}</span>}
              {lastUsedAt !== null && <span className={classes.quiet}> {t('proofs.used', { time: formatTime(lastUsedAt) })}</span>}
            </li>
          ))}
        </ul>
      )}
      {children}
    </section>
  );
}

function Events({ seen }: { seen: SeenPerson }) {
  const { t } = useTranslation('helpdesk');
  return (
    <section className={classes.section} aria-labelledby="person-events">
      <h2 className={classes.heading} id="person-events">
        {t('events')}
      </h2>
      {seen.events.length === 0 ? (
        <p>{t('events.none')}</p>
      ) : (
        <ul className={classes.plain}>
          {seen.events.map(({ at, sentence }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that is loaded once and never changes
            <li key={index}>
              <span className={classes.quiet}>{formatTime(at)}</span> {sentence}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
