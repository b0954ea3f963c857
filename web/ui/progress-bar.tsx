import classes from './progress-bar.module.css';

interface ProgressBarProps {
  /** What goes on. */
  label: string;
  /** How far it has come, of 100; absent: it goes on, and nobody knows how far it is. */
  percent?: number;
  /** The same in words, for those who see it. */
  text: string;
}

/** A bar with its number beside it. */
export function ProgressBar({ label, percent, text }: ProgressBarProps) {
  return (
    <div className={classes.row}>
      <progress className={classes.bar} aria-label={label} max={100} value={percent} />
      <span className={classes.text} aria-hidden="true">
        {text}
      </span>
    </div>
  );
}
