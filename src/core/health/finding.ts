import { fixParts } from '../../../shared/fix-text.ts';

interface Said {
  /** What was looked at: `node`, `settings`, `directory main` ... */
  readonly area: string;
  readonly text: string;
}

/** Nothing has to be done: as it should be, or a fact that is good to know. */
export interface Fact extends Said {
  readonly level: 'ok' | 'note';
}

/** Something has to be done, and it says what: there is none without. */
export interface Trouble extends Said {
  readonly level: 'warn' | 'fail';
  /** What to do about it, a sentence without its full stop. */
  readonly fix: string;
  /** What to paste for it: commands, access rules. */
  readonly lines: readonly string[];
}

/** One line of the doctor's report. */
export type Finding = Fact | Trouble;

/** Makes findings of one area. The fix of a trouble is a text as `shared/fix-text.ts` has it. */
export function findingsOf(area: string) {
  const fact =
    (level: Fact['level']) =>
    (text: string): Fact => ({ level, area, text });
  const trouble =
    (level: Trouble['level']) =>
    (text: string, fix: string): Trouble => {
      const { sentence, lines } = fixParts(fix);
      return { level, area, text, fix: sentence, lines };
    };
  return { ok: fact('ok'), note: fact('note'), warn: trouble('warn'), fail: trouble('fail') };
}

/** What was found when all was looked at. `at`: milliseconds since 1970. */
export interface Diagnosis {
  readonly at: number;
  readonly findings: readonly Finding[];
}

/** What an error means for the report: one finding for each listed problem, or one with its meaning. */
export type FailureFindings = (area: string, error: unknown) => Finding[];
