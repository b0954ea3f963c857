import { useTranslation } from 'react-i18next';
import type { ShownDirectory } from '../../shared/api/set-up.ts';
import { Notice } from '../ui/notice.tsx';
import classes from './set-up.module.css';

interface FoundCertificatesProps {
  id: string;
  found: ShownDirectory;
  /** It was looked at with an authority that was given here. */
  isPinned: boolean;
  trusts: boolean;
  onTrust: (trusts: boolean) => void;
}

/** The chain as the server showed it, and the one authority that can be trusted for it. */
export function FoundCertificates({ id, found, isPinned, trusts, onTrust }: FoundCertificatesProps) {
  const { t, i18n } = useTranslation('set-up');
  const { chain, trust, authority } = found;
  const day = (at: number) => new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(at);
  return (
    <section className={classes.part}>
      <h2>{t('found.chain')}</h2>
      <ul className={classes.list}>
        {chain.map(({ subject, fingerprint, validUntil }) => (
          <li key={fingerprint}>
            {subject}
            <div className={classes.quiet}>{t('found.fingerprint', { fingerprint, until: day(validUntil) })}</div>
          </li>
        ))}
      </ul>
      <Notice tone={trust === null ? 'info' : 'warning'}>
        {t(trust !== null ? 'found.untrusted' : isPinned ? 'found.trusted.by-authority' : 'found.trusted')}
        {trust !== null && <span lang="en"> {`${trust.problem}.`}</span>}
        {trust !== null && trust.code !== 'directory.tls-unknown-ca' && <div lang="en">{trust.fix}</div>}
      </Notice>
      {trust !== null && authority !== null && (
        <label className={classes.check}>
          <input id={id} type="checkbox" checked={trusts} onChange={(event) => onTrust(event.currentTarget.checked)} />
          <span>{t('found.trust', { subject: authority.subject })}</span>
        </label>
      )}
    </section>
  );
}
