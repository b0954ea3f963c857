import classes from './reports.module.css';

export interface Bar {
  readonly label: string;
  readonly count: number;
  /** Said beside the number. */
  readonly note?: string;
  readonly tone?: 'second';
}

/** Bars under each other, each with its number. What is drawn says nothing that the words do not. */
export function Bars({ bars }: { bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <ul className={classes.bars}>
      {bars.map(({ label, count, note, tone }) => (
        <li key={label} className={classes.bar}>
          <span>{label}</span>
          <span className={classes.number}>{note === undefined ? count : `${count} (${note})`}</span>
          <svg className={classes.track} aria-hidden="true" focusable="false">
            <rect className={classes.fill} data-tone={tone} width={`${(100 * count) / most}%`} height="100%" rx="3" />
          </svg>
        </li>
      ))}
    </ul>
  );
}

interface DaysProps {
  days: readonly { day: string; begun: number; done: number }[];
  /** What the drawing shows, for who does not see it. */
  label: string;
}

/** Two columns for each day: how many began, and in front of it how many got through. */
export function Days({ days, label }: DaysProps) {
  const most = Math.max(1, ...days.map(({ begun }) => begun));
  return (
    <svg className={classes.days} role="img" aria-label={label} viewBox={`0 0 ${days.length * 10} 100`} preserveAspectRatio="none">
      {days.map(({ day, begun, done }, nth) => (
        <g key={day}>
          <rect className={classes.begun} x={nth * 10 + 1} width={8} y={100 - (100 * begun) / most} height={(100 * begun) / most} />
          <rect className={classes.fill} x={nth * 10 + 1} width={8} y={100 - (100 * done) / most} height={(100 * done) / most} />
        </g>
      ))}
    </svg>
  );
}
