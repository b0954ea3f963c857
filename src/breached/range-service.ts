import type { BreachedPasswords } from '../core/ports/breached-passwords.ts';
import type { Log } from '../core/ports/platform.ts';
import { createLook } from './create-look.ts';
import { hashPassword } from './hash-password.ts';

const PREFIX = 5;
/** Two thousand lines with padding are 80 kB. */
const LARGEST = 1024 * 1024;
const LINE = /^([0-9A-F]{35}):(\d{1,15})$/i;

/**
 * Breached passwords from a range service in the format of Have I Been Pwned: it is told the first five digits of the
 * SHA-1 hash and answers with the rest of all hashes that begin so. `Add-Padding` hides how many those are; entries with
 * the count 0 are padding (https://haveibeenpwned.com/API/v3#PwnedPasswords).
 *
 * An answer that is late, cut off, or holds anything but such lines is none.
 */
export function createRangeService(settings: { url: string; timeoutMilliseconds: number }, log: Log): BreachedPasswords {
  const { url, timeoutMilliseconds } = settings;
  const base = url.replace(/\/+$/, '');

  async function ask(password: string): Promise<boolean> {
    const hash = hashPassword(password, 'sha1').toString('hex').toUpperCase();
    const response = await fetch(`${base}/range/${hash.slice(0, PREFIX)}`, {
      headers: { 'add-padding': 'true', 'user-agent': 'keyturn', accept: 'text/plain', 'accept-encoding': 'identity' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new UnusableAnswer(`status ${response.status}`);
    }
    // Without either, an answer that was cut off at the end of a line looks like a whole one.
    if (!response.headers.has('content-length') && !response.headers.has('transfer-encoding')) {
      await response.body?.cancel();
      throw new UnusableAnswer('an answer whose end cannot be told');
    }
    return isListed(await readText(response), hash.slice(PREFIX));
  }

  return {
    look: createLook({ log, facts: { url: base }, reasonOf, ask }),
    async health() {
      const source = base;
      try {
        // Nobody's: the service's own example, which is in every list.
        const known = await ask('password');
        return known ? { source, facts: 'answers' } : { source, facts: '', problem: 'does not know the password "password"' };
      } catch (error) {
        return { source, facts: '', problem: reasonOf(error) };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Never leaves this file: it is told as `not-known`. */
class UnusableAnswer extends Error {}

async function readText(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST) throw new UnusableAnswer('too long an answer');
  }
  return text + decoder.decode();
}

/** Reads every line before it says no: what is not understood may hold the one that is looked for. */
function isListed(text: string, suffix: string): boolean {
  let listed = false;
  for (const line of text.replace(/\r?\n$/, '').split(/\r?\n/)) {
    const [, rest, count] = LINE.exec(line) ?? [];
    if (rest === undefined) throw new UnusableAnswer('lines that are not SUFFIX:COUNT');
    if (rest.toUpperCase() === suffix && Number(count) > 0) listed = true;
  }
  return listed;
}

/** Never the error itself: the address in it has the digits. */
function reasonOf(error: unknown): string {
  if (error instanceof UnusableAnswer) return error.message;
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no usable answer';
}
