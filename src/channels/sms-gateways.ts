import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AppError } from '../../shared/errors.ts';
import type { SmsSettings } from '../core/configuration/sms-section.ts';
import type { Clock, Log, SmsSender } from '../core/ports/platform.ts';
import type { SmsOutcome } from './sms-answer.ts';
import { callGateway, tryGateway } from './sms-call.ts';
import type { ResolveSecret } from './smtp-link.ts';

/** How long a gateway that failed is asked last, so that not every text waits for its time limit. */
const REST_MILLISECONDS = 30_000;
/** Gateways that may have taken a text without saying so, before it goes to no other one: a person gets it twice at most, and one bill. */
const MOST_UNKNOWN = 2;

/**
 * Sends texts by gateways over HTTP, in the order of the settings; one that failed within the last 30 seconds is asked last. A number
 * outside of the allowed countries is refused here, where the money would be spent, whatever was judged before.
 */
export function createSmsGateways(
  { gateways, countries }: Extract<SmsSettings, { kind: 'http' }>,
  { log, clock, resolveSecret }: { log: Log; clock: Pick<Clock, 'now'>; resolveSecret: ResolveSecret },
): SmsSender {
  const all = gateways.map((gateway) => ({ gateway, restsUntil: 0 }));

  return {
    async send(message) {
      const country = parsePhoneNumberFromString(message.to)?.country;
      const facts = { messageId: message.messageId, country: country ?? 'unknown', to: maskNumber(message.to) };
      if (country === undefined || !countries.includes(country))
        throw new AppError('sms.refused', { ...facts, reason: 'country-not-allowed' });
      const now = clock.now();
      const inOrder = [...all.filter(({ restsUntil }) => restsUntil <= now), ...all.filter(({ restsUntil }) => restsUntil > now)];
      const failures: (SmsOutcome & { name: string })[] = [];
      for (const one of inOrder) {
        const { name } = one.gateway;
        const outcome = await callGateway(one.gateway, message, resolveSecret);
        if (outcome.outcome === 'taken') {
          one.restsUntil = 0;
          log.info('sms.sent', { ...facts, gateway: name });
          return;
        }
        log.warn('sms.gateway-failed', { ...facts, gateway: name, ...outcome });
        if (outcome.outcome !== 'refused') one.restsUntil = clock.now() + REST_MILLISECONDS;
        failures.push({ ...outcome, name });
        if (failures.filter((failure) => failure.outcome === 'unknown').length >= MOST_UNKNOWN) break;
      }
      throw verdict(failures);
    },
    health: () =>
      Promise.all(
        gateways.map(async (gateway) => {
          const problem = await tryGateway(gateway, resolveSecret);
          return { server: gateway.name, ok: problem === null, ...(problem === null ? {} : { problem }) };
        }),
      ),
  };
}

/** A text that somebody may have taken is not tried again: whoever waits for it asks for another one. */
function verdict(failures: readonly (SmsOutcome & { name: string })[]): AppError {
  const gateways = failures.map(({ name, problem, status }) => [name, problem, status].filter((part) => part !== undefined).join(' '));
  if (failures.some(({ outcome }) => outcome === 'unknown')) return new AppError('sms.outcome-unknown', { gateways });
  return new AppError(failures.every(({ outcome }) => outcome === 'refused') ? 'sms.refused' : 'sms.unavailable', { gateways });
}

/** The last two digits: enough to follow a complaint, too little to collect numbers from a log. */
function maskNumber(number: string): string {
  return `***${number.slice(-2)}`;
}
