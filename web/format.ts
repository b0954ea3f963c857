import { currentLanguage } from './texts.ts';

/** The organisation's time zone (IANA), once the server has told it. */
let timeZone: string | undefined;

/** Takes over the organisation's time zone; one that this browser does not know is passed over. */
export function setTimeZone(name: string): void {
  try {
    timeZone = new Intl.DateTimeFormat(undefined, { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    timeZone = undefined;
  }
}

/**
 * A time in the organisation's zone ("14:32"), with the day when it is not today. Where the reader's clock shows another hour then, the
 * zone stands with it ("14:32 CET"); where it shows the same, a name would only be in the way.
 */
export function formatTime(time: string | number): string {
  const date = new Date(time);
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'short', ...zone });
  const isToday = day.format(date) === day.format(new Date());
  const wall = { dateStyle: 'short', timeStyle: 'short' } as const;
  const isOther = new Intl.DateTimeFormat('en', { ...wall, ...zone }).format(date) !== new Intl.DateTimeFormat('en', wall).format(date);
  return new Intl.DateTimeFormat(regionalLanguage(), {
    hour: '2-digit',
    minute: '2-digit',
    ...(isToday ? {} : ({ day: 'numeric', month: 'long', year: 'numeric' } as const)),
    ...(isOther ? ({ timeZoneName: 'short' } as const) : {}),
    ...zone,
  }).format(date);
}

/** A day ("2026-11-27") as the reader's region writes it: "27 Nov 2026". */
export function formatDay(day: string): string {
  return new Intl.DateTimeFormat(regionalLanguage(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day));
}

/** The page's language as the reader's region writes it: the browser knows whether "en" counts to 12 or to 24. */
function regionalLanguage(): string {
  const language = currentLanguage();
  return navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

export type DurationUnit = keyof typeof MILLISECONDS;

/** Milliseconds of each unit, the largest first. */
const MILLISECONDS = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 };

/** "600 seconds (10 minutes)": a duration as it was given and, where it is a whole number of a larger unit, also in that one. */
export function formatDuration(amount: number, unit: DurationUnit): string {
  const inUnit = (count: number, name: string) =>
    new Intl.NumberFormat(currentLanguage(), { style: 'unit', unit: name, unitDisplay: 'long' }).format(count);
  const all = amount * MILLISECONDS[unit];
  const larger = Object.entries(MILLISECONDS).find(([, each]) => each > MILLISECONDS[unit] && all !== 0 && all % each === 0);
  return larger === undefined ? inUnit(amount, unit) : `${inUnit(amount, unit)} (${inUnit(all / larger[1], larger[0])})`;
}

/** A number as the page's language writes it, without marks between thousands: it may be a port. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(currentLanguage(), { useGrouping: false, maximumFractionDigits: 20 }).format(value);
}

/** "Alice, Bob and Carol" in the page's language. */
export function formatList(parts: readonly string[]): string {
  return new Intl.ListFormat(currentLanguage(), { type: 'conjunction' }).format(parts);
}

/** A language's name in that language, as its speakers look for it. */
export function languageName(language: string): string {
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}
