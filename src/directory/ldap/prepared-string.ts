/** RFC 4518 section 2.2 maps these to nothing: control and format characters, variation selectors, the object replacement. */
const UNSEEN = /\p{Cf}|\p{Variation_Selector}|\u034f|\ufffc|(?![\t\n\v\f\r\u0085])\p{Cc}/gu;

/** The same section maps these to a space. */
const SPACES = /[\s\u0085\p{Z}]+/gu;

/**
 * The spelling of a value by which caseIgnoreMatch compares it (RFC 4518): compatibility forms are the same, neither case nor the
 * number of spaces counts, and what nobody sees is taken out. Folding is the full one of Unicode, which is coarser than what servers
 * do with a few letters (ß is ss, ς is σ, ı is i): two values that a server takes for one are one here, whatever else is.
 */
export function prepareString(value: string): string {
  let text = value;
  // Folding may bring forth what is normalised once more; it settles in two rounds, the third is for what Unicode may add.
  for (let round = 0; round < 4; round += 1) {
    const next = once(text);
    if (next === text) break;
    text = next;
  }
  return text;
}

function once(value: string): string {
  const folded = value.normalize('NFKC').replace(UNSEEN, '').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC').replace(SPACES, ' ').trim();
}
