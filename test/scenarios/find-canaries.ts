/** Something secret that was put in on purpose, to be looked for in everything that comes out. */
export interface Canary {
  readonly what: string;
  readonly value: string;
}

/** Where something came out. */
export interface Output {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Spellings in which a secret may come out, as bytes to look for. */
function spellings(value: string): Map<string, Buffer> {
  const bytes = Buffer.from(value);
  const found = new Map<string, Buffer>();
  found.set('UTF-8', bytes);
  found.set('UTF-16LE', Buffer.from(value, 'utf16le'));
  found.set('hexadecimal', Buffer.from(bytes.toString('hex')));
  found.set('HEXADECIMAL', Buffer.from(bytes.toString('hex').toUpperCase()));
  found.set('URL', Buffer.from(encodeURIComponent(value)));
  found.set('form', Buffer.from(new URLSearchParams({ v: value }).toString().slice(2)));
  found.set('JSON', Buffer.from(JSON.stringify(value).slice(1, -1)));
  found.set('JSON in JSON', Buffer.from(JSON.stringify(JSON.stringify(value)).slice(3, -3)));
  // Within longer base64 the same bytes look different at each of three places.
  for (const ahead of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(ahead), bytes]);
    const whole = padded.subarray(0, padded.length - (padded.length % 3));
    for (const alphabet of ['base64', 'base64url'] as const) {
      found.set(`${alphabet} at ${ahead}`, Buffer.from(whole.toString(alphabet).slice(ahead === 0 ? 0 : ahead + 1)));
    }
  }
  return found;
}

/** One line for each secret that came out, without the secret. */
export function findCanaries(canaries: readonly Canary[], outputs: readonly Output[]): string[] {
  return canaries.flatMap(({ what, value }) =>
    [...spellings(value)].flatMap(([spelling, needle]) =>
      outputs.filter(({ bytes }) => bytes.includes(needle)).map(({ where }) => `${what} is in ${where} (${spelling})`),
    ),
  );
}
