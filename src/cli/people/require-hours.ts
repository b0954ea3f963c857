import { AppError } from '../../../shared/errors.ts';
import type { Configuration } from '../../core/configuration/document.ts';

/** Before anybody is added who is to get a temporary pass. @throws AppError `enrolment.hours-invalid` */
export function requireHours({ factors }: Configuration, hours: number): void {
  const { longestHours } = factors.temporaryPass;
  if (hours < 1 || hours > longestHours) throw new AppError('enrolment.hours-invalid', { hours, longestHours });
}
