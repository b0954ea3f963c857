/** 100 ns intervals between 1601-01-01, where FILETIME starts (MS-DTYP 2.3.3), and 1970-01-01. */
const filetimeOfEpoch = 116_444_736_000_000_000n;
/** "Never" in accountExpires, msDS-UserPasswordExpiryTimeComputed, maxPwdAge ... */
const filetimeNever = 0x7fff_ffff_ffff_ffffn;

/** FILETIME as decimal text -> milliseconds since 1970; null for absent, 0 and "never". */
export function fromFiletime(value: string | null): number | null {
  const count = toBigInt(value);
  if (count === null || count <= 0n || count >= filetimeNever) return null;
  return Number((count - filetimeOfEpoch) / 10_000n);
}

/** Milliseconds since 1970 -> FILETIME as decimal text. */
export function toFiletime(milliseconds: number): string {
  return String(BigInt(Math.trunc(milliseconds)) * 10_000n + filetimeOfEpoch);
}

/**
 * A duration as AD stores it, negative counts of 100 ns (MS-ADTS 3.1.1.3.1.5.4) -> milliseconds. null: absent, or "never"
 * (the smallest 64-bit number).
 */
export function fromInterval(value: string | null): number | null {
  const count = toBigInt(value);
  if (count === null || count <= -filetimeNever) return null;
  return Number((count < 0n ? -count : count) / 10_000n);
}

function toBigInt(value: string | null): bigint | null {
  return value !== null && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}

/**
 * generalizedTime (RFC 4517 section 3.3.13) -> milliseconds since 1970; null when it is absent or no time (such as
 * `000001010000Z`, which OpenLDAP uses for "locked for ever").
 */
export function fromGeneralizedTime(value: string | null): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:(\d\d))?)?(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?:\d{2})?)$/.exec(value ?? '');
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = '', minute, second, fraction, zone = 'Z'] = match;
  if (year === '0000') return null;
  const unit = second !== undefined ? 1000 : minute !== undefined ? 60_000 : 3_600_000;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute ?? 0), Math.min(59, Number(second ?? 0)));
  const rest = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * unit);
  return time + rest - zoneOffset(zone);
}

function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5) || 0);
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Milliseconds since 1970 -> generalizedTime in whole seconds, UTC. */
export function toGeneralizedTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
