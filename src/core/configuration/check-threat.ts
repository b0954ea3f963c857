import { rulesEmptied } from '../threat/tighten.ts';
import type { Report } from './check-context.ts';
import type { Configuration } from './document.ts';

/** Checks of `threat`: whom it would leave without any way. Sign-in counts where people may sign in. */
export function checkThreat(configuration: Configuration, report: Report): void {
  for (const { section, name } of rulesEmptied(configuration)) {
    if (section === 'signIn' && !configuration.signIn.enabled) continue;
    const cannot = section === 'recovery' ? 'recover' : 'sign in';
    report(
      'warning',
      ['threat', 'withoutKinds'],
      `While a threat is raised the rule "${name}" to ${cannot} accepts nothing: whom it applies to cannot ${cannot} until it is lifted`,
    );
  }
}
