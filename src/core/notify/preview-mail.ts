import type { MailPreview, MailPreviewRequest } from '../../../shared/api/words-preview.ts';
import { supportContact } from '../configuration/support-contact.ts';
import { timeZoneOf } from '../configuration/time-zone.ts';
import type { CoreDeps } from '../core-deps.ts';
import { composeMail } from './compose-mail.ts';
import { judgeWords, type WordsProblem } from './judge-words.ts';
import { MAIL_KINDS, type MailParameters } from './mail-parts.ts';
import { type MailTemplate, variablesOf } from './mail-template.ts';

/** Values of nobody: no code, link or name of a person is ever in a preview. */
const SAMPLES: MailParameters = {
  ...{ code: '12345678', goal: 'reset-password', action: 'reset-password', helper: 'grace', minutes: 10, account: 'alice', names: 'alice' },
  ...{ factor: 'totp', other: 'bob', author: 'henry', reason: 'An example', count: 3, address: '192.0.2.7', client: 'web' },
};

const DAY = 86_400_000;

type Deps = Pick<CoreDeps, 'texts' | 'clock' | 'configuration'>;
type Composed = ReturnType<typeof composeMail>;

/**
 * A mail as it would be with words that are not saved, beside the one in the words of the product, and what is wrong with the words.
 * Nothing is kept or sent.
 */
export function previewMail(deps: Deps, wanted: MailPreviewRequest): MailPreview {
  const { problems, own } = sampleMail(deps, wanted);
  const kind = kindOf(wanted);
  return {
    problems,
    own: shown(own),
    usual: shown(compose(deps, wanted, null)),
    variables: kind === undefined ? [] : [...variablesOf(kind).all],
  };
}

/**
 * A mail in words that are not saved, with sample values.
 * @returns `own` null: with errors in the words it cannot be made
 */
export function sampleMail(deps: Deps, wanted: MailPreviewRequest): { problems: WordsProblem[]; own: Composed | null } {
  const { problems, isWhole } = judgeWords(deps, 'mails', wanted);
  return { problems, own: isWhole ? compose(deps, wanted, wanted) : null };
}

function compose({ texts, clock, configuration }: Deps, wanted: MailPreviewRequest, template: MailTemplate | null): Composed | null {
  const kind = kindOf(wanted);
  if (kind === undefined || !texts.languages.includes(wanted.language)) return null;
  const { organisation } = configuration();
  const now = clock.now();
  const given: MailParameters = {
    ...SAMPLES,
    ...{ happenedAt: now, askedAt: now, endsAt: now + DAY, countsFrom: now + DAY },
    ...{ organisation: organisation.name, contact: supportContact(configuration(), wanted.language) },
    ...{ link: new URL('/sample', organisation.publicUrl).href, site: organisation.publicUrl },
  };
  return composeMail(kind, wanted.language, given, texts, timeZoneOf(configuration()), template);
}

function kindOf({ notice }: Pick<MailPreviewRequest, 'notice'>) {
  return MAIL_KINDS.find((each) => each === notice);
}

function shown(mail: Composed | null): MailPreview['own'] {
  return mail === null ? null : { subject: mail.subject, text: mail.text };
}
