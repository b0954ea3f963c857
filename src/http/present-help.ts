import type { HelpGiven } from '../../shared/api/help.ts';
import type { Help } from '../core/access/help.ts';
import { timeZoneOf } from '../core/configuration/time-zone.ts';
import { presentTime } from '../core/journey/present-step.ts';
import { presentVerdicts } from '../core/password-policy/present.ts';
import type { HttpDeps } from './http-deps.ts';

/** What came of an act for somebody else, as it leaves. */
export function presentHelp(
  deps: Pick<HttpDeps, 'texts' | 'configuration'>,
  { outcome, code, verdicts, password, mustChange, pass, removed, endsAt, link, sentTo }: Help,
  language: string,
): HelpGiven {
  return {
    outcome,
    ...(code === undefined ? {} : { code: code.startsWith('directory.') ? 'directory.unavailable' : code }),
    ...(verdicts === undefined ? {} : { verdicts: presentVerdicts(verdicts, deps.texts, language, timeZoneOf(deps.configuration())) }),
    ...(password === undefined ? {} : { password }),
    ...(mustChange === undefined ? {} : { mustChange }),
    ...(pass === undefined ? {} : { pass }),
    ...(removed === undefined ? {} : { removed }),
    ...(link === undefined ? {} : { link }),
    ...(sentTo === undefined ? {} : { sentTo }),
    ...(endsAt === undefined ? {} : { endsAt: presentTime(endsAt, 'down') }),
  };
}
