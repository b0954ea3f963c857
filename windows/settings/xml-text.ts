/** Escapes a text for XML element content and for attributes in double quotes (XML 1.0 section 2.4). */
export function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
