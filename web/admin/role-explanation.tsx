import { useTranslation } from 'react-i18next';
import type { AdminExplanation } from '../../shared/api/admin.ts';
import { Notice } from '../ui/notice.tsx';
import { protectedByWords } from '../ui/protected-by-words.ts';
import classes from './admin.module.css';

type Account = AdminExplanation['account'];
const nameOf = ({ login, label }: Account) => `${login} (${label})`;

/** The answer in words: what is held by what, and what may be done for the other one. */
export function RoleExplanation({ told }: { told: AdminExplanation }) {
  const { t } = useTranslation('admin');
  const { account, barred, roles, target } = told;
  const protectedBy = protectedByWords(t, told.protectedBy);
  return (
    <>
      <h2 className={classes.heading}>{t('roles.of', { account: nameOf(account) })}</h2>
      {told.protected && (
        <Notice>{protectedBy === undefined ? t('roles.protected.unknown') : t('roles.protected', { reason: protectedBy })}</Notice>
      )}
      {barred !== null && <Notice tone="warning">{t(`barred.${barred}`)}</Notice>}
      {roles.length === 0 && <p>{t('roles.none')}</p>}
      <ul className={classes.list}>
        {roles.map(({ name, may, held, ways }) => (
          <li key={name} className={classes.item}>
            <p>
              <strong>{name}</strong>: {t(`roles.held.${held}`)}
            </p>
            <ul className={classes.quiet}>
              {ways.map(({ what, name: named, verdict }) => (
                <li key={`${what} ${named}`}>{t(`roles.way.${what}`, { name: named, verdict: t(`roles.verdict.${verdict}`) })}</li>
              ))}
            </ul>
            <p className={classes.quiet}>{may.map((permission) => t(`permission.${permission}`)).join(' · ')}</p>
          </li>
        ))}
      </ul>
      {target !== null && (
        <>
          <h2 className={classes.heading}>{t('roles.for', { account: account.login, target: nameOf(target.account) })}</h2>
          <ul className={classes.list}>
            {target.decisions.map(({ action, allowed, because, roles: by }) => (
              <li key={action} className={classes.item}>
                <p>
                  <strong>{t(`permission.${action}`)}</strong>
                </p>
                <p>
                  {allowed ? t('roles.allowed', { roles: by.join(', ') }) : t(`refusal.${because}`)}
                  {!allowed && by.length > 0 && ` (${by.join(', ')})`}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
