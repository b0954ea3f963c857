import { InvalidArgumentError } from 'commander';

/** Parses an option that takes words of the operator's own. @throws InvalidArgumentError where there are none */
export function wordsGiven(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Say why.');
  return text.trim();
}
