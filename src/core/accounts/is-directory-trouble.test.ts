import { expect, it } from 'vitest';
import { AppError, ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import { isDirectoryTrouble } from './is-directory-trouble.ts';

it('is what a directory, or its configuration, is to blame for, and nothing else that can go wrong', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const trouble = codes.filter((code) => isDirectoryTrouble(new AppError(code)));
  expect(trouble).toEqual(codes.filter((code) => ['directory', 'configuration'].includes(code.split('.')[0] ?? '')));
  expect(trouble).toEqual(expect.arrayContaining(['directory.unreachable', 'directory.no-right', 'configuration.secret-missing']));
  for (const other of [new TypeError('directory.unreachable'), { code: 'directory.unreachable' }, 'directory.unreachable', null, undefined])
    expect(isDirectoryTrouble(other)).toBe(false);
});
