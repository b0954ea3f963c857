import { ASKING_GOALS } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../configuration/document.ts';
import { composeCodeText } from '../notify/compose-sms.ts';
import { smsSegments } from '../notify/sms-length.ts';
import type { SmsSender, Texts } from '../ports/platform.ts';
import { type FailureFindings, type Finding, findingsOf } from './finding.ts';

/** Each gateway is connected to; nothing is sent, as every text costs money and rings somebody's phone. */
export async function checkSms(
  sender: SmsSender,
  texts: Texts,
  { organisation, notices }: Configuration,
  failed: FailureFindings,
): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('sms');
  try {
    const gateways = await sender.health();
    const any = gateways.some((gateway) => gateway.ok);
    const reached = gateways.map(({ server, ok: works, problem }) =>
      works
        ? ok(`${server} can be reached; whether it takes texts shows only when one is sent`)
        : (any ? warn : fail)(`${server}: ${problem ?? 'does not answer'}`, 'Check url, caFile and the secrets of the gateway'),
    );
    const { name, publicUrl } = organisation;
    const isLong = (language: string, template: string | null) =>
      ASKING_GOALS.some((goal) => {
        const about = { code: '0'.repeat(10), goal, organisation: name, publicUrl };
        return smsSegments(composeCodeText(language, about, texts, template)) > 1;
      });
    const long = texts.languages.filter((language) => isLong(language, null));
    const own = notices.texts.flatMap(({ language, text }, index) =>
      isLong(language, text) ? [`entry ${index + 1} of \`notices.texts\``] : [],
    );
    const tooLong = (where: readonly string[], fix: string) =>
      where.length === 0 ? [] : [warn(`A code takes more than one message in ${where.join(', ')}: each is billed`, fix)];
    return [
      ...reached,
      ...tooLong(long, 'Use a shorter host in organisation.publicUrl'),
      ...tooLong(own, 'Say less there, and only what GSM 03.38 has: with other letters 70 of them fit into a message, and not 160'),
    ];
  } catch (error) {
    return failed('sms', error);
  }
}
