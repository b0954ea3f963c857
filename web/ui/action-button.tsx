import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './action-button.module.css';

interface ActionButtonProps {
  children: ReactNode;
  /** `primary`: the one thing to do on the page. `danger`: primary, and it takes something away. */
  look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  type?: 'submit' | 'button';
  /** Work is under way: the button keeps the focus and its words, and further presses do nothing. */
  busy?: boolean;
  onPress?: () => void;
  label?: string;
}

/** A button whose words may wrap: German and 200 % zoom need the room. */
export function ActionButton({ children, look = 'primary', type = 'button', busy = false, onPress, label }: ActionButtonProps) {
  return (
    <Button
      type={type}
      classNames={{ root: classes.root ?? '', inner: classes.inner ?? '', label: classes.label ?? '' }}
      mod={{ look, busy }}
      aria-disabled={busy || undefined}
      aria-label={label}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
      {busy && <span className={classes.dots} aria-hidden="true" />}
    </Button>
  );
}
