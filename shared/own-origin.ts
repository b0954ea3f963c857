const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an origin (RFC 6454) is the one of `publicUrl`. A trial on this machine may be opened under any loopback name. */
export function isOwnOrigin(origin: string, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  const [given, own] = [new URL(origin), new URL(publicUrl)];
  if (given.origin === own.origin) return true;
  return LOOPBACK.has(own.hostname) && LOOPBACK.has(given.hostname) && given.port === own.port && given.protocol === own.protocol;
}

/** Whether a Host header (RFC 9110 7.2) names us, whatever the port. A name that was made to resolve here does not. */
export function isOwnHost(host: string, publicUrl: string): boolean {
  const [given, own] = [URL.parse(`http://${host}`)?.hostname ?? '', new URL(publicUrl).hostname];
  return given === own || (LOOPBACK.has(own) && LOOPBACK.has(given));
}
