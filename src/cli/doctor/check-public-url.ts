import { type Finding, findingsOf } from './finding.ts';

const TIME_LIMIT = 5_000;

/**
 * Whether the settings say who the proxy is. People reach an https address through something that ends TLS in front of
 * Keyturn; while its addresses are not trusted all people share the limits of one.
 */
export function checkProxies(publicUrl: string, trustedProxies: readonly string[]): Finding[] {
  if (!publicUrl.startsWith('https:') || trustedProxies.length > 0) return [];
  const { warn } = findingsOf('public URL');
  const text = 'People come through https, yet no proxy is trusted: behind one, all of them count as one address';
  return [warn(text, 'Put the addresses of the proxy into `trustedProxies`')];
}

/** Whether people's address leads to a Keyturn. Only a warning otherwise: this machine may not be allowed to go there. */
export async function checkPublicUrl(publicUrl: string): Promise<Finding[]> {
  const { ok, warn } = findingsOf('public URL');
  const target = new URL('/api/v1/site', publicUrl);
  try {
    const response = await fetch(target, { signal: AbortSignal.timeout(TIME_LIMIT), redirect: 'manual' });
    const isKeyturn = response.ok && response.headers.get('content-type')?.includes('application/json') === true;
    await response.body?.cancel();
    if (isKeyturn) return [ok(`${publicUrl} leads to Keyturn`)];
    return [warn(`${publicUrl} answers, but not as Keyturn (status ${response.status})`, 'Check the proxy in front of Keyturn')];
  } catch (error) {
    const reason = describeFailure(error);
    return [warn(`${publicUrl} cannot be reached from here: ${reason}`, 'Start Keyturn, then check DNS, the proxy and its certificate')];
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${TIME_LIMIT / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
}
