/**
 * The best supported language for a BCP 47 tag or an Accept-Language header with q-values (RFC 9110 section 12.5.4,
 * matching by look-up as in RFC 4647 section 3.4: `de-CH-1996` falls back to `de-CH`, then `de`). A wanted region
 * that we lack is served by its language's other region (`pt` by `pt-BR`). Never throws: unreadable parts are passed over. null where
 * nothing fits before "any" (`*`) is as good.
 */
export function matchLanguage(supported: readonly string[], wanted: string | null | undefined): string | null {
  const ranges = (wanted ?? '')
    // Longer than any browser sends: the rest cannot be meant for us.
    .slice(0, 1000)
    .split(',')
    .map(parseRange)
    .filter((range) => range.quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of ranges) {
    if (tag === '*') return null;
    const found = lookUp(supported, tag);
    if (found !== undefined) return found;
  }
  return null;
}

function parseRange(part: string): { tag: string; quality: number } {
  const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
  if (!/^(\*|[a-z]{2,8}([-_][a-z0-9]{1,8})*)$/i.test(tag)) return { tag, quality: 0 };
  const q = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  const quality = q === undefined ? 1 : Number(q.slice(q.indexOf('=') + 1));
  return { tag: tag.replaceAll('_', '-').toLowerCase(), quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

function lookUp(supported: readonly string[], tag: string): string | undefined {
  for (let range = tag; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const exact = supported.find((language) => language.toLowerCase() === range);
    if (exact !== undefined) return exact;
  }
  const base = tag.split('-')[0] ?? tag;
  return supported.find((language) => language.toLowerCase().startsWith(`${base}-`));
}
