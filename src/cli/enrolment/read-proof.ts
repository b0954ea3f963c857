import { AppError } from '../../../shared/errors.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { readMailAddress } from '../../core/enrolment/mail-address.ts';
import { readPhoneNumber } from '../../core/enrolment/phone-number.ts';
import { newSeed, readSeed } from '../../core/enrolment/totp-seed.ts';
import type { UsableFactorKind } from '../../core/factors/kinds.ts';
import type { CommandContext } from '../command-context.ts';
import type { Runtime } from '../runtime.ts';

/** The kinds that one proof is given of: recovery codes are made as a set, a pass is issued (`keyturn recovery pass`), and passkeys and questions are set up by their owners. */
export type GivenKind = Exclude<UsableFactorKind, 'recovery-code' | 'temporary-pass' | 'passkey' | 'questions'>;

interface Given {
  kind: GivenKind;
  address?: string;
  number?: string;
  seed?: string;
  label?: string;
}

/**
 * The proof that the options of `enrolment add` name; a seed is made where none is given.
 * @throws AppError `enrolment.address-invalid`, `enrolment.number-invalid`, `enrolment.seed-invalid`, `configuration.secret-missing`
 */
export function readProof(
  { resolveSecret }: Pick<CommandContext, 'resolveSecret'>,
  { random }: Pick<Runtime, 'random'>,
  configuration: Pick<Configuration, 'sms'>,
  { kind, address, number, seed, label }: Given,
): { kind: GivenKind; label: string; secret: string } {
  if (kind === 'email') {
    const read = readMailAddress(address ?? '');
    if (read === null)
      throw new AppError('enrolment.address-invalid', { option: address === undefined ? '--address is missing' : '--address' });
    return { kind, label: label ?? read, secret: read };
  }
  if (kind === 'sms') {
    const read = readPhoneNumber(number ?? '', configuration.sms?.countries ?? []);
    if ('problem' in read)
      throw new AppError('enrolment.number-invalid', { reason: number === undefined ? '--number is missing' : read.problem });
    return { kind, label: label ?? read.number, secret: read.number };
  }
  const made = { kind, label: label ?? 'Authenticator' };
  if (seed === undefined) return { ...made, secret: newSeed(random) };
  const read = readSeed(resolveSecret(seed));
  if ('problem' in read) throw new AppError('enrolment.seed-invalid', { reason: read.problem });
  return { ...made, secret: read.seed };
}
