import { AppError } from '../../../shared/errors.ts';
import { mailSchema } from '../configuration/mail-section.ts';
import { troubleOf } from '../notify/trouble-of.ts';
import type { Trouble } from '../ports/directory-finder.ts';
import type { Random, Texts } from '../ports/platform.ts';
import type { SetUpTools } from '../ports/set-up-tools.ts';
import { randomId } from '../random-id.ts';
import { mailSectionOf } from './document-of.ts';
import type { SetUpFacts } from './facts.ts';

/**
 * Sends one message by the mail server that was named.
 * @returns why it was not taken; null: it was
 * @throws AppError `set-up.incomplete` while nothing is said of mail
 */
export async function sendTestMail(
  deps: { readonly tools: SetUpTools; readonly texts: Texts; readonly random: Random },
  { answers, secrets }: SetUpFacts,
  { to, language }: { readonly to: string; readonly language: string },
): Promise<Trouble | null> {
  const parsed = mailSchema.safeParse(mailSectionOf(answers, deps.tools.places));
  if (!parsed.success || parsed.data.kind !== 'smtp') throw new AppError('set-up.incomplete');
  const section = parsed.data;
  const words = (key: string) => deps.texts.translate(language, `set-up.${key}`);
  return troubleOf(async () => {
    const publicUrl = answers.organisation?.publicUrl ?? 'https://localhost';
    const { mailer, close } = deps.tools.openMailer(section, secrets.mail ?? '', publicUrl);
    try {
      const message = { to, subject: words('test-mail.subject'), text: `${words('test-mail.text')}\n` };
      await mailer.send({ ...message, messageId: randomId(deps.random) });
    } finally {
      close();
    }
  });
}
