import { useTranslation } from 'react-i18next';
import type { AdminTried } from '../../shared/api/admin.ts';
import { Announcement, Chip } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { protectedByWords } from '../ui/protected-by-words.ts';
import classes from './admin.module.css';
import { useKinds } from './use-kinds.ts';

/** What was found for one account: what a new password has to meet, which is near to where it is typed, and by goal what proves its owner. */
export function TriedAccount({ tried }: { tried: AdminTried }) {
  const { t } = useTranslation('admin');
  const { account, proof, password } = tried;
  return (
    <>
      <Announcement>{t('try.of', { account: account.login })}</Announcement>
      <h2 className={classes.heading}>{t('try.password.title')}</h2>
      <div className={classes.item}>
        <p>{password.policy === null ? t('try.policy.not-known') : t('try.policy', { name: password.policy })}</p>
        {password.uncertain && <p>{t('try.policy.uncertain')}</p>}
        {password.acceptable !== null && (
          <Notice tone={password.acceptable ? 'info' : 'warning'}>
            {t(password.acceptable ? 'try.acceptable' : 'try.not-acceptable')}
          </Notice>
        )}
        <ul>
          {password.rules.map(({ from, text, ok }) => (
            <li key={`${from}: ${text}`}>
              {text} <Chip>{t(`try.from.${from}`)}</Chip>{' '}
              {password.acceptable !== null && <Chip>{t(ok === null ? 'try.rule.unknown' : ok ? 'try.rule.met' : 'try.rule.broken')}</Chip>}
            </li>
          ))}
        </ul>
        {password.conflicts.map(({ kind, setting, text }) => (
          <p key={`${setting}: ${text}`}>
            <Chip>{t(`try.conflict.${kind}`)}</Chip> <code>{setting}</code>: <span lang="en">{text}</span>
          </p>
        ))}
      </div>
      {proof.map((each) => (
        <Goal key={each.goal} proof={each} />
      ))}
    </>
  );
}

function Goal({ proof }: { proof: AdminTried['proof'][number] }) {
  const { t } = useTranslation('admin');
  const kinds = useKinds();
  const { goal, reason, detail, rules, offered, combinations } = proof;
  const protectedBy = reason === 'account-protected' ? protectedByWords(t, detail) : undefined;
  return (
    <section>
      <h2 className={classes.heading}>{t(`goal.${goal}` as 'goal.sign-in')}</h2>
      <div className={classes.item}>
        <p>{reason === null ? t('try.works') : t('try.fails', { reason: t(`reason.${reason}` as 'reason.not-enrolled') })}</p>
        {detail !== null && (
          <p className={classes.quiet} lang={protectedBy === undefined ? 'en' : undefined}>
            {protectedBy === undefined ? detail : t('try.protected', { how: protectedBy })}
          </p>
        )}
        <ul>
          {rules.map(({ name, fate, conditions }) => (
            <li key={name}>
              {name}: {t(`try.fate.${fate}`)}
              {fate !== 'not-reached' && conditions.length > 0 && (
                <>
                  {' '}
                  (
                  {conditions
                    .map(
                      ({ condition, verdict }) =>
                        `${t(`condition.${condition}`)}: ${t(`roles.verdict.${String(verdict) as 'true' | 'false' | 'null'}`)}`,
                    )
                    .join('; ')}
                  )
                </>
              )}
            </li>
          ))}
        </ul>
        <p>{offered.length === 0 ? t('try.offered.none') : t('try.offered', { kinds: offered.map((each) => kinds(each)).join('; ') })}</p>
        <ul>
          {combinations.map(({ kinds: all, missing }) => (
            <li key={all.join('+')}>
              {kinds(all)}: {missing.length === 0 ? t('try.complete') : t('try.lacks', { kinds: kinds(missing, ', ') })}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
