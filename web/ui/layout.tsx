import type { ReactNode } from 'react';
import classes from './layout.module.css';

/** Buttons of a page: side by side where there is room, the first one first. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className={classes.actions}>{children}</div>;
}

/** Quiet words under the button: what happens next. */
export function NextLine({ children }: { children: ReactNode }) {
  return <p className={classes.next}>{children}</p>;
}

/** Running text of a page. */
export function Prose({ children }: { children: ReactNode }) {
  return <div className={classes.prose}>{children}</div>;
}

/** A part with less weight than the question, apart from it by a line. */
export function Aside({ children }: { children: ReactNode }) {
  return <div className={classes.aside}>{children}</div>;
}

/** A word with a shape around it. */
export function Chip({ children }: { children: ReactNode }) {
  return <span className={classes.chip}>{children}</span>;
}

/** Said by screen readers when it changes, never shown. */
export function Announcement({ children }: { children: ReactNode }) {
  return (
    <p className={classes.hidden} role="status">
      {children}
    </p>
  );
}

/** A link that stays in the page: it looks like one and works by script. */
export function QuietLink({ children, onPress }: { children: ReactNode; onPress: () => void }) {
  return (
    <button type="button" className={classes.link} onClick={onPress}>
      {children}
    </button>
  );
}
