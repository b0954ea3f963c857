import { isAppError } from '../../../shared/errors.ts';
import type { Settings } from '../../config/settings.ts';
import type { ConfigurationProblem } from '../../core/configuration/describe-issues.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { relyingPartyOf } from '../../core/factors/passkey.ts';
import { combinationsOf } from '../../core/proof/rules.ts';
import type { CommandContext } from '../command-context.ts';
import { mayHaveDatabase, withRuntime } from '../with-runtime.ts';

/**
 * How many accounts have passkeys and none for the domain that a configuration makes them for, where passkeys are asked for. Where there is
 * no database yet nobody has any; one that cannot be read is told as such, and never as nobody.
 */
export async function passkeysLeftBehind(
  context: CommandContext,
  settings: Settings,
  configuration: Configuration,
): Promise<ConfigurationProblem[]> {
  if (!asksForPasskeys(configuration) || !mayHaveDatabase(context, settings)) return [];
  const { rpId } = relyingPartyOf(configuration);
  const path = configuration.factors.passkey.rpId === undefined ? 'organisation.publicUrl' : 'factors.passkey.rpId';
  const warning = (message: string): ConfigurationProblem[] => [{ severity: 'warning', path, message }];
  try {
    const { owners, stranded } = await withRuntime(context, settings, { only: 'store', schema: 'as-it-is' }, ({ store }) =>
      store.factors.countPasskeyOwners(rpId),
    );
    return stranded === 0 ? [] : warning(`${stranded} of ${owners} people with passkeys have none for ${rpId}: theirs are worth nothing`);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return warning(`how many people have passkeys for another domain than ${rpId} could not be counted: ${error.code}`);
  }
}

/** By a rule of recovery or of signing in, or of who changes the configuration: they give one whatever the rules say. */
function asksForPasskeys({ recovery, signIn, roles }: Configuration): boolean {
  const isAsked = [...recovery.rules, ...signIn.rules].some((rule) => combinationsOf(rule).some((kinds) => kinds.includes('passkey')));
  return isAsked || roles.some(({ may }) => may.includes('manage-configuration'));
}
