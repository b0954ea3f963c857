import { expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';

const context = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
const question = (id: string) => ({ id, en: `What is the ${id}?`, de: `Was ist ${id}?` });
const POOL = ['one', 'two', 'three', 'four', 'five'].map(question);

function problems(questions: object, accepted: string[][] = [['email', 'questions']], more: { directory?: object; signIn?: object } = {}) {
  const { problems: found } = checkConfiguration(
    {
      version: 1,
      organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
      directories: [{ id: 'people', kind: 'embedded', label: 'People', ...more.directory }],
      recovery: { rules: [{ name: 'everybody', accepted }] },
      ...(more.signIn === undefined ? {} : { signIn: more.signIn }),
      mail: { kind: 'capture' },
      factors: { questions },
    },
    context,
  );
  return found.map(({ severity, path, message }) => `${severity} ${path}: ${message}`).join('\n');
}

it('says of every rule that asks for questions that they are restricted', () => {
  expect(problems({ pool: POOL })).toMatch(/^warning recovery\.rules\[0\]: Asks for security questions.*NIST SP 800-63B-4 3\.1\.1\.2.*$/m);
  expect(problems({ pool: POOL }, [['email', 'totp']])).toBe('');
});

it('takes no rule that asks for them and nothing else, or for what people know alone', () => {
  expect(problems({ pool: POOL }, [['questions']])).toContain('error recovery.rules[0]: security questions: questions never count beside');
  const signIn = { enabled: true, rules: [{ name: 'all', accepted: [['password', 'questions']] }] };
  expect(problems({ pool: POOL }, [['email', 'totp']], { signIn })).toContain('error signIn.rules[0]: password + security questions');
});

it('names pools that are empty or too small, and questions that are there twice or in one language alone', () => {
  expect(problems({})).toContain('error recovery.rules[0]: Asks for questions, and there are none for people');
  expect(problems({ pool: POOL.slice(1) })).toContain('error factors.questions.pool: 4 questions, and setUp asks for 5');
  expect(problems({ pool: POOL.slice(1) }, undefined, { directory: { questions: [question('six')] } })).not.toContain('error');
  expect(problems({}, undefined, { directory: { questions: [question('six')] } })).toContain('error directories[0].questions: 1 questions');
  expect(problems({ pool: POOL, setUp: 3, asked: 4 })).toContain('error factors.questions.asked: More than setUp');
  expect(problems({ pool: POOL }, undefined, { directory: { questions: [question('one')] } })).toContain(
    'error directories[0].questions[0].id: Another question has this id',
  );
  const again = { ...question('six'), en: ' what is the ONE' };
  expect(problems({ pool: [...POOL, again] })).toContain('error factors.questions.pool[5].en: Another question asks the same');
  expect(problems({ pool: [...POOL, { id: 'six' }] })).toContain('error factors.questions.pool[5]: Has no text: write it in en or de');
});

it('takes questions in one language, and warns where people of another have too few', () => {
  const english = ['six', 'seven'].map((id) => ({ id, en: `What is the ${id}?` }));
  expect(problems({ pool: [...POOL, ...english] })).not.toMatch(/error|questions in/);
  expect(problems({ pool: [...POOL.slice(2), ...english] })).toContain(
    'warning factors.questions.pool: 3 questions in de, and setUp asks for 5: people who read it choose of all',
  );
});

it('counts no question that is retired', () => {
  const [first, ...others] = POOL;
  expect(problems({ pool: [{ ...first, retired: true }, ...others] })).toContain(
    'error factors.questions.pool: 4 questions, and setUp asks for 5',
  );
  // Its id and its words stay taken.
  expect(problems({ pool: [{ ...first, retired: true }, ...others, question('one'), question('six')] })).toContain(
    'error factors.questions.pool[5].id: Another question has this id',
  );
});
