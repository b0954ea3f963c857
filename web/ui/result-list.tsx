import { Icon, type IconName } from './icon.tsx';
import classes from './result-list.module.css';

export interface ResultLine {
  id: string;
  /** Empty when it must not be told, as when a sign-in name is sent. */
  account: string;
  outcome: string;
  tone: 'good' | 'warning' | 'danger';
  text: string;
}

const ICONS: Record<ResultLine['tone'], IconName> = { good: 'check', warning: 'alert', danger: 'cross' };

/** What is now true, account by account. */
export function ResultList({ label, lines }: { label: string; lines: readonly ResultLine[] }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {lines.map((line) => (
        <li key={line.id} className={classes.line} data-tone={line.tone}>
          <Icon name={ICONS[line.tone]} />
          <div className={classes.words}>
            <p className={classes.head}>
              {line.account !== '' && <strong>{line.account}</strong>}
              <span className={classes.outcome}>{line.outcome}</span>
            </p>
            <p className={classes.text}>{line.text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
