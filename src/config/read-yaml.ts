import { parseDocument, type YAMLParseError } from 'yaml';

/**
 * What a YAML or JSON text says; null where it says nothing.
 * @returns the value, or all that is wrong with the text: where and what, without what a message quotes from the file, as somebody may have
 *   written a secret there
 */
export function readYaml(text: string): { readonly value: unknown } | { readonly problems: readonly string[] } {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { problems: document.errors.map(describe) };
  try {
    return { value: document.toJS() ?? null };
  } catch (error) {
    // Aliases are followed only here (YAML 1.2.2, 7.1): to an anchor that is not there, or so many that the document would not fit anywhere.
    if (!(error instanceof ReferenceError)) throw error;
    return { problems: ['an alias (*name) has no anchor (&name) before it, or there are too many of them: write out what they stand for'] };
  }
}

function describe(error: YAMLParseError): string {
  const position = error.linePos?.[0];
  const place = position === undefined ? '' : `line ${position.line}, column ${position.col}: `;
  // A parser that ran out of stack says so as if it were the text.
  const what = /call stack/i.test(error.message)
    ? 'lists or sections stand too deep within each other'
    : error.message.split(/[:"\n]| at line /, 1)[0];
  return place + (what ?? '');
}
