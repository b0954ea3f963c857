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
  { organisation }: Configuration,
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
    const long = texts.languages.filter((language) =>
      ASKING_GOALS.some(
        (goal) => smsSegments(composeCodeText(language, { code: '0'.repeat(10), goal, organisation: name, publicUrl }, texts)) > 1,
      ),
    );
    const problem = `A code takes more than one message in ${long.join(', ')}: each is billed`;
    return long.length === 0 ? reached : [...reached, warn(problem, 'Use a shorter host in organisation.publicUrl')];
  } catch (error) {
    return failed('sms', error);
  }
}
