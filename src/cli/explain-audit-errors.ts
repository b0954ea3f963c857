import type { ErrorCode } from '../../shared/errors.ts';
import { withLines } from '../../shared/fix-text.ts';
import type { Explanation } from './explanation.ts';

/** The part of the explanations that is about the audit log. */
export const AUDIT_EXPLANATIONS = {
  'audit.not-so-far': {
    meaning: 'The audit log ends before the event that was named',
    fix: withLines(
      'An older state of the database was put back, or it is another one. Compare with an earlier export',
      'keyturn audit verify',
    ),
  },
  'audit.nothing-to-acknowledge': {
    meaning: 'The audit log tells of no end that was put back and that nobody has acknowledged',
    fix: withLines('Nothing is to be done. To see whether the log is whole', 'keyturn audit verify'),
  },
  'audit.chain-broken': {
    meaning: 'The audit log was changed outside of Keyturn',
    fix: 'Keep the database as it is, and compare with an earlier export',
  },
} satisfies Partial<Record<ErrorCode, Explanation>>;
