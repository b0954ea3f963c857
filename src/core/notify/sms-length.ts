/** The default alphabet of 3GPP TS 23.038 6.2.1, without the escape to its extension. */
const GSM_7 = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** The extension (6.2.1.1): each takes two places. */
const EXTENDED = new Set('\f^{}\\[~]|€');

/**
 * How many messages a text is sent and billed as: 160 places of the default alphabet or 70 UTF-16 units in one, 153 or 67 in each of
 * several (3GPP TS 23.040 9.2.3.24.1).
 */
export function smsSegments(text: string): number {
  let places = 0;
  for (const character of text) {
    if (GSM_7.has(character)) places += 1;
    else if (EXTENDED.has(character)) places += 2;
    else return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
  }
  return places <= 160 ? 1 : Math.ceil(places / 153);
}
