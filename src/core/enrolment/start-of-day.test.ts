import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startOfDay } from './start-of-day.ts';

it.each([
  ['2026-09-01', 'UTC', 0, '2026-09-01T00:00:00Z'],
  ['2026-09-01', 'Europe/Berlin', 0, '2026-08-31T22:00:00Z'],
  ['2026-12-31', 'Europe/Berlin', 1, '2026-12-31T23:00:00Z'],
  ['2026-03-29', 'Europe/Berlin', 0, '2026-03-28T23:00:00Z'],
  ['2026-03-29', 'Europe/Berlin', 1, '2026-03-29T22:00:00Z'],
  ['2026-10-25', 'Europe/Berlin', 1, '2026-10-25T23:00:00Z'],
  ['2026-01-15', 'America/St_Johns', 0, '2026-01-15T03:30:00Z'],
  ['2026-01-15', 'Pacific/Kiritimati', 0, '2026-01-14T10:00:00Z'],
  // Clocks went from 23:59:59 to 01:00:00: the day began at one o'clock.
  ['2018-11-04', 'America/Sao_Paulo', 0, '2018-11-04T03:00:00Z'],
  // The day was left out: what follows it is its beginning.
  ['2011-12-30', 'Pacific/Apia', 0, '2011-12-30T10:00:00Z'],
])('%s in %s, %i days later, begins at %s', (date, zone, later, expected) => {
  expect(new Date(startOfDay(date, zone, later)).toISOString()).toBe(new Date(expected).toISOString());
});

it('a day begins after the one before, some 24 hours later', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Santiago');
  const dates = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, zones, fc.integer({ min: 0, max: 400 }), (at, zone, later) => {
      const date = at.toISOString().slice(0, 10);
      const hours = (startOfDay(date, zone, later + 1) - startOfDay(date, zone, later)) / 3_600_000;
      expect(hours).toBeGreaterThanOrEqual(23);
      expect(hours).toBeLessThanOrEqual(25);
      const day = new Date(Date.parse(date) + later * 86_400_000).toISOString().slice(0, 10);
      expect(new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(startOfDay(date, zone, later))).toBe(day);
    }),
  );
});
