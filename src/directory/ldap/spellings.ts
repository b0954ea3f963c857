import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * What is searched for a name that was typed: the folded spelling and the one that was typed, because servers fold letters less than
 * Unicode does, or not at all where an attribute is compared exactly; and mail addresses with both forms of their domain (RFC 5890),
 * because directories keep either.
 */
export function spellingsOf(folded: string, typed: string): string[] {
  const plain = typed.trim();
  const names = [folded, plain, plain.normalize('NFC'), plain.normalize('NFD'), plain.toLowerCase()];
  return [...new Set(names.flatMap(withBothDomains))];
}

function withBothDomains(name: string): string[] {
  const at = name.lastIndexOf('@');
  if (at < 0) return [name];
  const [local, domain] = [name.slice(0, at), name.slice(at + 1)];
  // The function answers with an empty text for what is no domain.
  const forms = [domainToASCII(domain), domainToUnicode(domain)].filter((form) => form !== '');
  return [name, ...forms.map((form) => `${local}@${form}`)];
}
