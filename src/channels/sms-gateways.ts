import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AppError } from '../../shared/errors.ts';
import type { SmsGateway, SmsSettings } from '../core/configuration/sms-section.ts';
import type { Clock, Log, SmsMessage, SmsSender } from '../core/ports/platform.ts';
import type { SmsOutcome } from './sms-answer.ts';
import { callGateway, tryGateway } from './sms-call.ts';
import { SMS_WORDS } from './sms-words.ts';
import type { ResolveSecret } from './smtp-link.ts';

/** How long a gateway that failed is asked last, so that not every text waits for its time limit. */
const REST_MILLISECONDS = 30_000;
/** Gateways that may have taken a text without saying so, before it goes to no other one: a person gets it twice at most, and one bill. */
const MOST_UNKNOWN = 2;

type Failure = SmsOutcome & { readonly name: string };

/**
 * Sends texts by gateways over HTTP, in the order of the settings; one that failed within the last 30 seconds is asked last. A number
 * outside of the allowed countries is refused here, where the money would be spent, whatever was judged before.
 */
export function createSmsGateways(
  { gateways, countries }: Extract<SmsSettings, { kind: 'http' }>,
  { log, clock, resolveSecret }: { log: Log; clock: Pick<Clock, 'now'>; resolveSecret: ResolveSecret },
): SmsSender {
  const all = gateways.map((gateway) => ({ gateway, restsUntil: 0 }));

  function factsOf(message: SmsMessage): Record<string, string> {
    const country = parsePhoneNumberFromString(message.to)?.country;
    const facts = { messageId: message.messageId, country: country ?? 'unknown', to: maskNumber(message.to) };
    if (country === undefined || !countries.includes(country))
      throw new AppError('sms.refused', { ...facts, reason: 'country-not-allowed' });
    return facts;
  }

  /** Null when the gateway took it. */
  async function handOver(gateway: SmsGateway, message: SmsMessage, facts: Record<string, string>): Promise<Failure | null> {
    const { name } = gateway;
    const outcome = await callGateway(gateway, message, resolveSecret);
    if (outcome.outcome === 'taken') {
      log.info('sms.sent', { ...facts, gateway: name });
      return null;
    }
    log.warn('sms.gateway-failed', { ...facts, gateway: name, ...outcome });
    return { ...outcome, name };
  }

  return {
    async send(message) {
      const facts = factsOf(message);
      const now = clock.now();
      const inOrder = [...all.filter(({ restsUntil }) => restsUntil <= now), ...all.filter(({ restsUntil }) => restsUntil > now)];
      const failures: Failure[] = [];
      for (const one of inOrder) {
        const failure = await handOver(one.gateway, message, facts);
        if (failure === null) {
          one.restsUntil = 0;
          return;
        }
        if (failure.outcome !== 'refused') one.restsUntil = clock.now() + REST_MILLISECONDS;
        failures.push(failure);
        if (failures.filter(({ outcome }) => outcome === 'unknown').length >= MOST_UNKNOWN) break;
      }
      throw verdict(failures);
    },
    async sendBy(name, message) {
      const facts = factsOf(message);
      const gateway = gateways.find((one) => one.name === name);
      if (gateway === undefined) throw new AppError('sms.gateway-unknown', { gateway: name });
      const failure = await handOver(gateway, message, facts);
      if (failure !== null) throw verdict([failure]);
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
function verdict(failures: readonly Failure[]): AppError {
  const gateways = failures.map(({ name, problem, status }) => [name, problem, status].filter((part) => part !== undefined).join(' '));
  const details = { gateways, ...inWords(failures) };
  if (failures.some(({ outcome }) => outcome === 'unknown')) return new AppError('sms.outcome-unknown', details);
  return new AppError(failures.every(({ outcome }) => outcome === 'refused') ? 'sms.refused' : 'sms.unavailable', details);
}

/** The same for who reads it: what each gateway said, and what is to be done about all of it. */
function inWords(failures: readonly Failure[]): { problem: string; fix: string } {
  const told = failures.flatMap(({ name, problem, status }) => {
    if (problem === undefined) return [];
    const { words, fix } = SMS_WORDS[problem];
    return [{ said: `${name}: ${words}${status === undefined ? '' : ` (status ${status})`}`, fix }];
  });
  return { problem: told.map(({ said }) => said).join('; '), fix: [...new Set(told.map(({ fix }) => fix))].join('. ') };
}

/** The last two digits: enough to follow a complaint, too little to collect numbers from a log. */
function maskNumber(number: string): string {
  return `***${number.slice(-2)}`;
}
