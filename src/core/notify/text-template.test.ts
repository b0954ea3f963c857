import { describe, expect, it } from 'vitest';
import { problemsOfText } from './text-template.ts';

describe('own words for a text with a code', () => {
  it.each(['{{what}}', '{{organisation}}: {{ what }} Room 104.', '{{code}} for {{purpose}}', '{{code}}: {{purpose}} ({{organisation}})'])(
    'are taken: %s',
    (text) => expect(problemsOfText(text)).toEqual([]),
  );

  it.each([
    ['Hello', [/^The code is missing/]],
    ['{{purpose}}', [/^The code is missing/]],
    ['Your parcel: {{code}}', [/^Nobody would learn what the code opens/]],
    ['{{what}} {{code}}', [/^The code stands 2 times/]],
    ['{{code}} {{code}} {{purpose}}', [/^The code stands 2 times/]],
    ['{{cod}} for {{purpose}}', [/column 1: there is no \{\{cod\}\} here; did you mean \{\{code\}\}\?/, /^The code is missing/]],
    ['{{what}} {{link}}', [/there is no \{\{link\}\} here/]],
    ['{{what', [/opens a variable that does not end/, /^The code is missing/]],
  ] as const)('are refused: %s', (text, problems) => {
    expect(problemsOfText(text)).toEqual(problems.map((each) => expect.stringMatching(each)));
  });
});
