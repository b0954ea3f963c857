import { expect, it } from 'vitest';
import { isTimeZone, timeZoneOf } from './time-zone.ts';

it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'europe/berlin'])('%s is a time zone', (name) => {
  expect(isTimeZone(name)).toBe(true);
});

it.each(['', '+01:00', '-0100', 'Berlin', 'Europe/Atlantis', 'Etc/Unknown', ' UTC', '__proto__'])('"%s" is none', (name) => {
  expect(isTimeZone(name)).toBe(false);
});

it('is the server’s where the organisation names none', () => {
  const organisation = { name: 'x', supportContact: 'x', publicUrl: 'https://x.example', defaultLanguage: 'en' as const };
  expect(isTimeZone(timeZoneOf({ organisation }))).toBe(true);
  expect(timeZoneOf({ organisation: { ...organisation, timeZone: 'Asia/Tokyo' } })).toBe('Asia/Tokyo');
});
