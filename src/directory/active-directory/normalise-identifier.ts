/** What decides whether a prefix or suffix names this domain. */
export interface DomainNames {
  /** `ad.example.test`; null when the base DN has no DC parts. */
  readonly dns: string | null;
  /** `EXAMPLE`; null as long as it is not known: then a prefix is kept, to be judged when it is. */
  readonly netbios: string | null;
}

/** No attribute that identifies a person is longer (userPrincipalName, rangeUpper 1024). */
const longest = 1024;

/**
 * One spelling for all that Active Directory treats as the same account name: case and width (MS-ADTS 3.1.1.2.2.4, string comparison),
 * surrounding spaces, `DOMAIN\login` and `login@domain`. `login@domain` becomes `login` for the domain's own DNS name only, because
 * every account has that name even where its userPrincipalName is another (MS-ADTS 5.1.1.1.1).
 *
 * null: no account of this domain can have such a name (empty, foreign `DOMAIN\`, control characters).
 */
export function normaliseIdentifier(typed: string, domain: DomainNames): string | null {
  const text = fold(typed);
  if (text === '' || text.length > longest || /\p{Cc}/u.test(text)) return null;
  const backslash = text.indexOf('\\');
  if (backslash >= 0) return withoutPrefix(text.slice(0, backslash), text.slice(backslash + 1).trim(), domain);
  const at = text.lastIndexOf('@');
  if (at < 0) return text;
  const name = text.slice(0, at).trim();
  const suffix = text.slice(at + 1).trim();
  if (name === '' || suffix === '') return null;
  return suffix === domain.dns?.toLowerCase() && !name.includes('@') ? name : `${name}@${suffix}`;
}

function withoutPrefix(prefix: string, name: string, domain: DomainNames): string | null {
  if (name === '' || /[\\@]/.test(name)) return null;
  const own = prefix.trim();
  if (own === '' || own === '.') return null;
  if (own === domain.dns?.toLowerCase() || own === domain.netbios?.toLowerCase()) return name;
  return domain.netbios === null ? `${own}\\${name}` : null;
}

/** A name without the prefix that {@link normaliseIdentifier} had to keep: where the domain does not tell its name, any is taken for it. */
export function withAnyPrefix(normalised: string): string {
  return normalised.slice(normalised.lastIndexOf('\\') + 1);
}

/** Case and width folded, invisible characters (RFC 4518 section 2.2) taken out, runs of spaces made one. */
function fold(typed: string): string {
  const visible = typed.replace(/\p{Cf}/gu, '').trim();
  const folded = visible.normalize('NFKC').toLowerCase().normalize('NFKC');
  return folded.replace(/ +/g, ' ').trim();
}
