import { namedVariables, wrongVariables } from './template-variables.ts';

/** Text messages that an organisation may word itself. Those that warn a caller are all warning, and stay as they are. */
export const TEXT_KINDS = ['code'] as const;

/**
 * - `what`          the product's sentence: the code, and what it is for
 * - `code`          the code alone
 * - `purpose`       what the code is for, as it stands within a sentence
 * - `organisation`  name of the organisation
 */
export const TEXT_VARIABLES = ['what', 'code', 'purpose', 'organisation'] as const;

/** What is wrong with the words of a text with a code. Nobody may be sent one without being told what it opens. */
export function problemsOfText(text: string): string[] {
  const named = namedVariables(text);
  const times = (name: string) => named.filter((each) => each === name).length;
  const codes = times('what') + times('code');
  const isTold = times('what') > 0 || times('purpose') > 0;
  return [
    ...wrongVariables(text, TEXT_VARIABLES),
    ...(codes === 0 ? ['The code is missing: name {{what}}, the sentence of Keyturn, or {{code}} and {{purpose}}'] : []),
    ...(codes > 1 ? [`The code stands ${codes} times: once is enough`] : []),
    ...(codes > 0 && !isTold ? ['Nobody would learn what the code opens: name {{purpose}}, or {{what}}, the sentence of Keyturn'] : []),
  ];
}
