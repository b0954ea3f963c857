import type { TextPreview, TextPreviewRequest } from '../../../shared/api/words-preview.ts';
import type { CoreDeps } from '../core-deps.ts';
import { composeCodeText } from './compose-sms.ts';
import { judgeWords } from './judge-words.ts';
import { smsSegments } from './sms-length.ts';
import { TEXT_KINDS, TEXT_VARIABLES } from './text-template.ts';

/** As long as a code can be: what fits with it fits with every other. */
const SAMPLE = { code: '1234567890', goal: 'reset-password' };

/** A text message as it would be with words that are not saved, beside the one in the words of the product. Nothing is kept or sent. */
export function previewText(deps: Pick<CoreDeps, 'texts' | 'configuration'>, wanted: TextPreviewRequest): TextPreview {
  const { problems, isWhole } = judgeWords(deps, 'texts', wanted);
  const isKnown = TEXT_KINDS.some((kind) => kind === wanted.notice) && deps.texts.languages.includes(wanted.language);
  const { name: organisation, publicUrl } = deps.configuration().organisation;
  const compose = (template: string | null) => {
    if (!isKnown) return null;
    const text = composeCodeText(wanted.language, { ...SAMPLE, organisation, publicUrl }, deps.texts, template);
    return { text, messages: smsSegments(text) };
  };
  return {
    problems,
    own: isWhole ? compose(wanted.text) : null,
    usual: compose(null),
    variables: isKnown ? [...TEXT_VARIABLES] : [],
  };
}
