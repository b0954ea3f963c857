/** Digits and signs that are written for letters. `1` and `!` are an "i" in one reading and an "l" in the other. */
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  '2': 'z',
  '3': 'e',
  '€': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '6': 'g',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
};

/** A text without case, accents and compatibility forms: what people take for the same word. Never longer than 18 times its length. */
export function foldWord(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ');
}

/** The ways to read a word: as it is, and with substitutions undone ("P4ssw0rd", "p@s$word"); without case and accents. */
export function readings(text: string): readonly [string, string, string] {
  const plain = foldWord(text);
  const undone = (one: string): string =>
    [...plain].map((character) => (/[1!|]/.test(character) ? one : (LEET[character] ?? character))).join('');
  return [plain, undone('i'), undone('l')];
}

/** A word from its end to its beginning, by code points. */
export function reversed(word: string): string {
  return [...word].reverse().join('');
}

/** Whether a word is in a password in any reading, forwards or backwards. */
export function containsDisguised(password: string, word: string): boolean {
  const words = readings(word);
  return readings(password).some((reading, index) => {
    const wanted = words[index] ?? '';
    return wanted !== '' && (reading.includes(wanted) || reading.includes(reversed(wanted)));
  });
}
