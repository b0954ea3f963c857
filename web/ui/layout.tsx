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

/** What belongs to the field above: an estimate, a way to get help with it. */
export function Help({ children }: { children: ReactNode }) {
  return <div className={classes.help}>{children}</div>;
}

/** Text to be copied sign by sign, in full however long it is. */
export function Exact({ children }: { children: ReactNode }) {
  return <code className={classes.exact}>{children}</code>;
}

/** A few digits to be read from afar, or out. */
export function Digits({ children }: { children: ReactNode }) {
  return <p className={classes.digits}>{children}</p>;
}

/** Running text of a page. */
export function Prose({ children }: { children: ReactNode }) {
  return <div className={classes.prose}>{children}</div>;
}

/** A part with less weight than the question, apart from it by a line. `apart`: it follows the question's own body. */
export function Aside({ children, apart = false }: { children: ReactNode; apart?: boolean }) {
  return (
    <div className={classes.aside} data-apart={apart || undefined}>
      {children}
    </div>
  );
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

interface QuietLinkProps {
  children: ReactNode;
  /** It leads to a phone, and so is not shown on one. */
  toPhone?: boolean;
  onPress: () => void;
}

/** A link that an app on a device in the hand opens; elsewhere it is not shown. */
export function AppLink({ href, children }: { href: string; children: string }) {
  return (
    <a className={classes.app} href={href}>
      {children}
    </a>
  );
}

/** A link that stays in the page: it looks like one and works by script. */
export function QuietLink({ children, toPhone = false, onPress }: QuietLinkProps) {
  return (
    <button type="button" className={classes.link} data-to-phone={toPhone || undefined} onClick={onPress}>
      {children}
    </button>
  );
}
