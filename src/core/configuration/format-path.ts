/** Where something stands in a document: keys and indexes from the root on. */
export type DocumentPath = readonly (string | number)[];

/** A path for people: `directories[0].servers[1].url`; unusual keys are quoted; the root is `(document)`. */
export function formatPath(path: DocumentPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!/^[A-Za-z_$][\w$-]*$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text === '' ? '(document)' : text;
}
