import type { OpenIdSettings } from '../configuration/open-id-section.ts';
import type { OpenIdProvider } from '../ports/open-id-provider.ts';
import type { Clock } from '../ports/platform.ts';
import { type FailureFindings, type Finding, findingsOf } from './finding.ts';

/** Whether the provider of OpenID Connect tells how it is spoken to, has keys, and goes by the same time. Nobody is signed in. */
export async function checkOpenIdProvider(
  provider: OpenIdProvider,
  { issuer, clockSkewSeconds }: OpenIdSettings,
  { clock, failed }: { clock: Clock; failed: FailureFindings },
): Promise<Finding[]> {
  const area = 'openid connect';
  const { ok, note, warn, fail } = findingsOf(area);
  try {
    const { keys, date } = await provider.health();
    const answers = ok(`${issuer} answers, and is who it says`);
    const signs =
      keys > 0
        ? ok(keys === 1 ? 'It has one key for signatures' : `It has ${keys} keys for signatures`)
        : fail('It has no key for signatures: no sign-in of it can be believed', 'See that the provider lists its keys at its jwks_uri');
    if (date === null) return [answers, signs, note('It does not tell its time, so clocks cannot be compared')];
    const skew = date - clock.now();
    // Its time is told in whole seconds, and was a moment ago.
    const seconds = Math.max(0, Math.round(Math.abs(skew) / 1000) - 1);
    const text = `Its clock is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
    if (seconds <= clockSkewSeconds) return [answers, signs, ok(text)];
    const refused = `${text}: sign-ins are refused beyond ${clockSkewSeconds} s (signIn.openIdConnect.clockSkewSeconds)`;
    return [answers, signs, warn(refused, 'Let both follow the same time servers (NTP)')];
  } catch (error) {
    return failed(area, error);
  }
}
