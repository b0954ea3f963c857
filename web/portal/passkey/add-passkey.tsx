import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Announcement, Aside, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { mistakeOf } from '../mistake-of.ts';
import { makePasskey } from './ask-passkey.ts';

/** Offers to add a passkey once somebody has proven who they are. The right to it is in this page and is gone when it is left. `proven`: by what they did, in words. */
export function AddPasskey({ right, proven }: { right: string; proven: string | undefined }) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => t('add-passkey.name.default'));
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const [added, setAdded] = useState<{ name: string; countsFrom: string | null }>();

  const add = async () => {
    setTrouble(undefined);
    setBusy(true);
    const failed = await addOne();
    setBusy(false);
    setTrouble(failed);
  };
  /** What was in its way, in a sentence. */
  const addOne = async (): Promise<string | undefined> => {
    const options = await api.passkeyOptions(right);
    if (!options.ok) return mistakeOf(options.failure, t).text;
    const made = await makePasskey(options.value.publicKey);
    if (!made.ok) return t(`passkey.trouble.${made.trouble}`);
    const { ceremony } = options.value;
    const called = name.trim() === '' ? {} : { name: name.trim().slice(0, 60) };
    const outcome = await api.addPasskey({ right, ceremony, credential: made.credential, ...called });
    if (!outcome.ok) return mistakeOf(outcome.failure, t).text;
    setAdded(outcome.value);
    return undefined;
  };

  const form = (
    <>
      <Prose>
        <h2>{t('add-passkey.title')}</h2>
        {proven !== undefined && <p>{t('add-passkey.proven', { kinds: proven })}</p>}
        <p>{t('add-passkey.text')}</p>
      </Prose>
      <TextField
        id="passkey-name"
        label={t('add-passkey.name.label')}
        hint={t('add-passkey.name.hint')}
        error={trouble}
        value={name}
        onChange={setName}
        autoComplete="off"
      />
      <Actions>
        <ActionButton look="secondary" busy={busy} onPress={() => void add()}>
          {t('add-passkey.add')}
        </ActionButton>
      </Actions>
    </>
  );
  const saidOf = ({ name, countsFrom }: NonNullable<typeof added>) =>
    countsFrom === null ? t('add-passkey.added.now', { name }) : t('add-passkey.added', { name, time: formatTime(countsFrom) });
  const done = added === undefined ? '' : saidOf(added);
  return (
    <Aside>
      <Announcement>{done}</Announcement>
      {added === undefined ? form : <Notice>{done}</Notice>}
    </Aside>
  );
}
