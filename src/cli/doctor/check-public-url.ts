import { connect } from 'node:tls';
import { systemErrorCode, systemErrorInWords } from '../../../shared/system-error.ts';
import { certificateEndFindings } from '../../core/health/certificate-end.ts';
import { type Finding, findingsOf } from '../../core/health/finding.ts';

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
  const certificate = target.protocol === 'https:' ? await checkCertificate(target) : [];
  try {
    const response = await fetch(target, { signal: AbortSignal.timeout(TIME_LIMIT), redirect: 'manual' });
    const isKeyturn = response.ok && response.headers.get('content-type')?.includes('application/json') === true;
    await response.body?.cancel();
    if (isKeyturn) return [ok(`${publicUrl} leads to Keyturn`), ...certificate];
    const answer = `${publicUrl} answers, but not as Keyturn (status ${response.status})`;
    return [warn(answer, 'Check that the proxy in front of Keyturn passes this host name on to it'), ...certificate];
  } catch (error) {
    const { reason, fix } = explain(error);
    return [warn(`${publicUrl} cannot be reached from here: ${reason}`, fix), ...certificate];
  }
}

function explain(error: unknown): { reason: string; fix: string } {
  const otherwise = 'Start Keyturn, then check DNS, the proxy and its certificate';
  if (error instanceof Error && error.name === 'TimeoutError')
    return { reason: `there was no answer within ${TIME_LIMIT / 1000} s`, fix: otherwise };
  const code = systemErrorCode(error);
  if (code === null) return { reason: 'the connection failed', fix: otherwise };
  const ofOwnAuthority = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/.test(code);
  const fix = ofOwnAuthority
    ? 'Let the variable NODE_EXTRA_CA_CERTS name the PEM file of your own authority when you run this; if it is a public one, let the proxy send the intermediate certificates too'
    : otherwise;
  return { reason: systemErrorInWords(code), fix };
}

/** Whether the certificate that people see ends soon; whether it fits is for `fetch` to say. */
async function checkCertificate({ hostname, port }: URL): Promise<Finding[]> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const end = await new Promise<number | null>((resolve) => {
    const socket = connect({ host, port: Number(port || 443), servername: host, rejectUnauthorized: false, timeout: TIME_LIMIT });
    const settle = (found: number | null) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('secureConnect', () => settle(Date.parse(socket.getPeerCertificate().valid_to ?? '')));
    socket.once('error', () => settle(null));
    socket.once('timeout', () => settle(null));
  });
  return certificateEndFindings(
    findingsOf('public URL'),
    'Its certificate',
    end,
    'Renew it, and let the proxy read the new one',
    Date.now(),
  );
}
