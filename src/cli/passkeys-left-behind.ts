import { isAppError } from '../../shared/errors.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { relyingPartyOf } from '../core/factors/passkey.ts';
import { combinationsOf } from '../core/proof/rules.ts';
import type { CommandContext } from './command-context.ts';
import { withRuntime } from './with-runtime.ts';

/**
 * How many people have passkeys and none for the domain that a configuration makes them for, as a line; null: nobody, or no rule asks
 * for passkeys. A database that cannot be read is told as such, and never as nobody.
 */
export async function passkeysLeftBehind(context: CommandContext, configuration: Configuration): Promise<string | null> {
  if (!configuration.recovery.rules.some((rule) => combinationsOf(rule).some((kinds) => kinds.includes('passkey')))) return null;
  const { rpId } = relyingPartyOf(configuration);
  const where = configuration.factors.passkey.rpId === undefined ? 'organisation.publicUrl' : 'factors.passkey.rpId';
  try {
    const { settings } = context.settings();
    const { owners, stranded } = await withRuntime(context, settings, { only: 'store', schema: 'as-it-is' }, ({ store }) =>
      store.factors.countPasskeyOwners(rpId),
    );
    if (stranded === 0) return null;
    return `warning: ${where}: ${stranded} of ${owners} people with passkeys have none for ${rpId}: theirs are worth nothing`;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return `warning: ${where}: how many people have passkeys for another domain than ${rpId} could not be counted: ${error.code}`;
  }
}
