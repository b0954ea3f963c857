import { Icon, type IconName } from './icon.tsx';
import classes from './rule-list.module.css';

export type RuleState = 'met' | 'open' | 'broken' | 'server';

export interface RuleLine {
  text: string;
  state: RuleState;
  /** The state in words, for those who see neither colour nor shape. */
  word: string;
}

const ICONS: Record<RuleState, IconName> = { met: 'check', open: 'circle', broken: 'cross', server: 'clock' };

/** Rules that turn to done as they are met. Only `server` shows its word: the others have their shape. */
export function RuleList({ id, title, lines }: { id: string; title: string; lines: readonly RuleLine[] }) {
  return (
    <div id={id} className={classes.box}>
      <p className={classes.title}>{title}</p>
      <ul className={classes.list}>
        {lines.map((line) => (
          <li key={line.text} className={classes.line} data-state={line.state}>
            <Icon name={ICONS[line.state]} />
            <span>
              {line.state !== 'server' && <span className={classes.hidden}>{line.word}: </span>}
              {line.text}
              {line.state === 'server' && <span className={classes.word}> ({line.word})</span>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
