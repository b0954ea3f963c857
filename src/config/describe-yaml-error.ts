import type { YAMLParseError } from 'yaml';

/** Where and what, without what the message quotes from the file: somebody may have written a secret there. */
export function describeYamlError(error: YAMLParseError): string {
  const position = error.linePos?.[0];
  const place = position === undefined ? '' : `line ${position.line}, column ${position.col}: `;
  return place + (error.message.split(/[:"\n]| at line /, 1)[0] ?? '');
}
