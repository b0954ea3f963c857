import { nearestAccent } from '../../../shared/branding/shades.ts';
import { readLogo } from '../branding/logo.ts';
import type { Branding } from './branding-section.ts';
import type { Report } from './check-context.ts';

/** Checks of `branding` that a schema cannot say. */
export function checkBranding({ accent, logo, logoDark }: Branding, report: Report): void {
  const near = accent === undefined ? null : nearestAccent(accent);
  if (near !== null)
    report(
      'error',
      ['branding', 'accent'],
      `Buttons in ${accent} could not be told from a light page (WCAG 2.2, 1.4.11: 3 to 1). The nearest that can is ${near}`,
    );
  for (const [name, image] of Object.entries({ logo, logoDark })) {
    const read = image === undefined ? null : readLogo(image);
    if (read !== null && 'problem' in read) report('error', ['branding', name], read.problem);
  }
  if (logo === undefined && logoDark !== undefined)
    report('error', ['branding', 'logoDark'], 'Light pages would show no logo: give logo as well, or the same as logo alone');
}
