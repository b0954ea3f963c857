const HIRAGANA = /[\u3041-\u3096\u309d\u309e]/gu;

/**
 * What the guard counts a typed name under: at least as coarse as the coarsest directory compares, so that no two spellings which
 * find one account have a budget each. Windows compares without case, width, kana type and nonspacing marks (MS-ADTS 3.1.1.2.2.4.13,
 * LCMapString flags of MS-UCODEREF 2.2), and gives no weight at all to characters it does not know; LDAP servers compare by the
 * preparation of RFC 4518. Two people whose names differ in no more than that share a budget, which costs them little.
 */
export function guardKey(name: string): string {
  let key = name;
  for (let round = 0; round < 4; round += 1) {
    const next = fold(key);
    if (next === key) break;
    key = next;
  }
  return key;
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Variation_Selector}]/gu, '')
    .replace(HIRAGANA, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) + 0x60))
    .replace(/\p{L}/gu, foldLetter)
    .replace(/[\s\p{Z}]+/gu, ' ')
    .trim();
}

/** Letter by letter, by way of the capital: it is one where there are several small forms (ς and σ, ı and i). */
function foldLetter(letter: string): string {
  const capital = letter.toUpperCase();
  if (letter === 'ß' || letter === 'ẞ') return 'ss';
  return ([...capital].length === 1 ? capital : letter).toLowerCase();
}
