/**
 * Which letters outside ASCII Samba takes for upper or lower case when it counts kinds of character.
 *
 * Samba calls a character upper case when its own table turns it into another lower-case character, and the other way
 * round. The tables are older than most of Unicode: "ß", "µ", Georgian, Coptic and everything beyond U+FFFF are neither.
 * Read out of Samba 4.17 by asking `isupper_m` and `islower_m` for every code point. Written as `from-to` in
 * hexadecimal; `/2` means every second one.
 */
const UPPER = `c0-d6 d8-de 100-12e/2 132-136/2 139-147/2 14a-178/2 179-17d/2 181-182 184-186/2 187-189/2 18a-18b 18e-191 193-194
196-198 19c-19d 19f-1a0 1a2-1a4/2 1a7-1a9/2 1ac-1ae/2 1af-1b1/2 1b2-1b3 1b5-1b7/2 1b8 1bc 1c4 1c7 1ca 1cd-1db/2 1de-1ee/2 1f1 1f4
1fa-216/2 386-388/2 389-38a 38c-38e/2 38f-391/2 392-3a1 3a3-3ab 3e2-3ee/2 401-40c 40e-42f 460-480/2 490-4be/2 4c1-4c3/2 4c7 4cb
4d0-4ea/2 4ee-4f4/2 4f8 531-556 1e00-1e94/2 1ea0-1ef8/2 1f08-1f0f 1f18-1f1d 1f28-1f2f 1f38-1f3f 1f48-1f4d 1f59-1f5f/2 1f68-1f6f
1fb8-1fbb 1fc8-1fcb 1fd8-1fdb 1fe8-1fec 1ff8-1ffb 2160-216f 24b6-24cf ff21-ff3a`;
const LOWER = `e0-f6 f8-ff 101-12f/2 133-137/2 13a-148/2 14b-177/2 17a-17e/2 183-185/2 188 18c 192 199 1a1-1a5/2 1a8 1ad 1b0
1b4-1b6/2 1b9 1bd 1c6 1c9 1cc-1dc/2 1dd-1ef/2 1f3-1f5/2 1fb-217/2 253-254 256-257 259-25b/2 260 263 268-269 26f 272 275 283
288-28a/2 28b 292 3ac-3af 3b1-3ce 3e3-3ef/2 430-44f 451-45c 45e-45f 461-481/2 491-4bf/2 4c2-4c4/2 4c8 4cc 4d1-4eb/2 4ef-4f5/2 4f9
561-586 1e01-1e95/2 1ea1-1ef9/2 1f00-1f07 1f10-1f15 1f20-1f27 1f30-1f37 1f40-1f45 1f51-1f57/2 1f60-1f67 1f70-1f7d 1fb0-1fb1
1fd0-1fd1 1fe0-1fe1 1fe5 2170-217f 24d0-24e9 ff41-ff5a`;

function read(table: string): ReadonlySet<number> {
  const letters = new Set<number>();
  for (const range of table.split(/\s/)) {
    const [bounds = '', step = '1'] = range.split('/');
    const [from = '', to = from] = bounds.split('-');
    for (let letter = Number.parseInt(from, 16); letter <= Number.parseInt(to, 16); letter += Number(step)) letters.add(letter);
  }
  return letters;
}

const upper = read(UPPER);
const lower = read(LOWER);

/** The case of a code point of U+0080 or above as Samba sees it; null: neither. */
export function sambaCase(codePoint: number): 'upper' | 'lower' | null {
  if (upper.has(codePoint)) return 'upper';
  return lower.has(codePoint) ? 'lower' : null;
}
