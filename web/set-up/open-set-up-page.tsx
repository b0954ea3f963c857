import { useTranslation } from 'react-i18next';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Question } from '../ui/question.tsx';
import { useAsked } from '../use-asked.ts';
import { setUpApi } from './set-up-api.ts';

/** The link from the console. Nothing is spent before the button is pressed. */
export function OpenSetUpPage({ secret, onOpened }: { secret: string; onOpened: () => void }) {
  const { t } = useTranslation('set-up');
  const { busy, mistake, mistakes, send } = useAsked();
  const submit = () =>
    void send(async () => {
      const outcome = await setUpApi.open(secret);
      if (!outcome.ok) return outcome.failure;
      onOpened();
      return undefined;
    });
  return (
    <Question title={t('title')} icon="key" mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <Prose>
        <p>{t('open.text')}</p>
      </Prose>
      {window.location.protocol === 'http:' && <Notice tone="warning">{t('open.plain')}</Notice>}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('open.button')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
