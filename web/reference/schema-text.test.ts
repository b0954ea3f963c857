import { describe, expect, it } from 'vitest';
import { type Call, callsOf, chosenCalls } from './open-api.ts';
import { schemaText } from './schema-text.ts';

describe('a schema in words', () => {
  it.each([
    ['text', { type: 'string', minLength: 1, maxLength: 64 }, 'text (1 to 64)'],
    ['an exact length', { type: 'string', minLength: 43, maxLength: 43 }, 'text (43)'],
    ['a longest', { type: 'string', maxLength: 64 }, 'text (up to 64)'],
    ['a format', { type: 'string', format: 'date-time' }, 'date-time'],
    ['a number that every number is', { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, 'whole number (from 0)'],
    ['what may be missing', { type: ['string', 'null'] }, 'text | null'],
    ['words', { type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    ['one word', { const: 'done' }, '"done"'],
    ['a list', { type: 'array', items: { type: 'boolean' } }, '[ true | false, … ]'],
    ['a pair', { type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }] }, '[ number, text ]'],
    ['either', { anyOf: [{ type: 'string' }, { type: 'string' }, { type: 'null' }] }, 'text | null'],
    ['a map', { type: 'object', additionalProperties: { type: 'number' } }, '{\n  [name]: number\n}'],
    ['nothing', { type: 'object' }, '{}'],
    ['anything', {}, 'anything'],
    [
      'an object in an object',
      { type: 'object', required: ['a'], properties: { a: { type: 'object', properties: { b: { type: 'string', default: 'x' } } } } },
      '{\n  a: {\n    b?: text = "x"\n  }\n}',
    ],
  ])('%s', (_what, schema, text) => {
    expect(schemaText(schema)).toBe(text);
  });
});

describe('the calls of a document', () => {
  const ok = { content: { 'application/json': { schema: { type: 'object' } } } };
  const calls = callsOf({
    paths: {
      '/api/v1/history': { get: { summary: 'What was written', 'x-keyturn-token': 'view-history', responses: { '200': ok, '4XX': ok } } },
      '/api/v1/token': { get: { 'x-keyturn-token': 'any', responses: { '204': { content: { x: { schema: { type: 'null' } } } } } } },
      '/api/v1/me': { post: { requestBody: ok } },
    },
  });
  const ids = (chosen: readonly Call[]) => chosen.map(({ id }) => id);

  it('have their answers, and not their errors', () => {
    expect(calls.map(({ id, group, token, answers }) => [id, group, token, answers.map(({ status, schema }) => [status, schema])])).toEqual(
      [
        ['GET /history', 'history', 'view-history', [['200', { type: 'object' }]]],
        ['GET /token', 'token', 'any', [['204', null]]],
        ['POST /me', 'me', 'never', []],
      ],
    );
  });

  it('have the shapes that the document has once, wherever these stand', () => {
    const step = { $ref: '#/components/schemas/Step' };
    const body = { type: 'object', required: ['step'], properties: { step, more: { type: 'array', items: step } } } as const;
    const [call] = callsOf({
      paths: { '/api/v1/journeys': { post: { requestBody: { content: { 'application/json': { schema: body } } } } } },
      components: { schemas: { Step: { oneOf: [{ $ref: '#/components/schemas/Done' }, { const: 'code' }] }, Done: { const: 'done' } } },
    });
    expect(schemaText(call?.body ?? {})).toBe('{\n  step: "done" | "code"\n  more?: [ "done" | "code", … ]\n}');
  });

  it('are found by words, and by what a token may', () => {
    expect(ids(chosenCalls(calls, '', ''))).toEqual(ids(calls));
    expect(ids(chosenCalls(calls, ' WRITTEN get ', ''))).toEqual(['GET /history']);
    expect(ids(chosenCalls(calls, '', 'view-history'))).toEqual(['GET /history', 'GET /token']);
    expect(ids(chosenCalls(calls, '', 'see-people'))).toEqual(['GET /token']);
    expect(ids(chosenCalls(calls, 'nothing', ''))).toEqual([]);
  });
});
