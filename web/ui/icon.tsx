import classes from './icon.module.css';

const PATHS = {
  check: 'M4 10.5 8 14.5 16 6',
  chevron: 'M5.5 8 10 12.5 14.5 8',
  circle: 'M10 4.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z',
  cross: 'M5.5 5.5 14.5 14.5M14.5 5.5 5.5 14.5',
  clock: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 6v4.2l2.8 1.8',
  alert: 'M10 3 2.5 16.5h15L10 3ZM10 8.2v3.6M10 14.2v.1',
  info: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 9.2v4.3M10 6.6v.1',
  mail: 'M3 5.5h14v9H3zM3 6l7 5 7-5',
  phone: 'M6 2.5h8v15H6zM9 15h2',
  key: 'M6.5 7a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 10.5h7.5M14.5 10.5v3M17 10.5v2',
  person: 'M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM4 17c.6-3.2 3-4.8 6-4.8s5.4 1.6 6 4.8',
  lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon in the colour of its text; always beside words, so it is hidden from screen readers. */
export function Icon({ name, large = false }: { name: IconName; large?: boolean }) {
  return (
    <svg className={classes.icon} data-large={large || undefined} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
