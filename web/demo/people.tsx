import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, serverNow } from '../api.ts';
import { CopyButton } from './copy-button.tsx';
import classes from './demo-page.module.css';
import { usePolling } from './use-polling.ts';

const PEOPLE_EVERY_MS = 60_000;
const CODE_EVERY_MS = 2000;

/** The sample people, what each is there for, and the code that their authenticator app would show now. */
export function People() {
  const { t } = useTranslation('demo');
  const { value: people } = usePolling(api.demoAccounts, PEOPLE_EVERY_MS);
  return (
    <section aria-labelledby="people-title">
      <h2 id="people-title" className={classes.heading}>
        {t('people.title')}
      </h2>
      <ul className={classes.people}>
        {people?.map((person) => (
          <li key={person.account} className={classes.person}>
            <div className={classes.who}>
              <h3 className={classes.name}>{person.name}</h3>
              <p className={classes.about}>{t(`about.${person.account}` as 'about.alice')}</p>
            </div>
            <div className={classes.datum}>
              <span className={classes.datumLabel}>{t('people.account')}</span>
              <span className={classes.copyable}>
                <code>{person.account}</code>
                <CopyButton text={person.account} label={t('copy.account', { account: person.account })} />
              </span>
            </div>
            <div className={classes.datum}>
              <span className={classes.datumLabel}>{t('people.authenticator')}</span>
              {person.authenticator ? <AuthenticatorCode account={person.account} /> : <span>{t('people.no-authenticator')}</span>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function AuthenticatorCode({ account }: { account: string }) {
  const { t } = useTranslation('demo');
  const ask = useCallback((signal: AbortSignal) => api.demoAuthenticator(account, signal), [account]);
  const { value } = usePolling(ask, CODE_EVERY_MS);
  const seconds = useSecondsUntil(value?.expiresAt);
  if (value === undefined) return <span aria-hidden="true">…</span>;
  return (
    <>
      <span className={classes.copyable}>
        <code>{value.code}</code>
        <CopyButton text={value.code} label={t('copy.code', { code: value.code })} />
      </span>
      <span className={classes.left}>{t('people.seconds', { count: seconds })}</span>
    </>
  );
}

function useSecondsUntil(time: string | undefined): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return time === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));
}
