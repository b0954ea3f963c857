import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LARGEST_LOGO } from '../../../shared/branding/logo-limit.ts';
import { QuietLink } from '../../ui/layout.tsx';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE, type SettingProps, useProblemAt } from './setting-context.ts';
import { SettingHint } from './setting-hint.tsx';

/** An image, chosen as a file and kept in the document itself. */
export function ImageSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const { t } = useTranslation('admin');
  const found = useProblemAt(path);
  const [tooLarge, setTooLarge] = useState<number>();
  const problem = tooLarge === undefined ? found : t('setting.image.too-large', { size: tooLarge, most: LARGEST_LOGO / 1000 });
  const given = typeof value === 'string' ? value : undefined;
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.currentTarget.files ?? [];
    // The same file may be chosen again after it was mended.
    event.currentTarget.value = '';
    if (file === undefined) return;
    // It could not even be sent to be judged.
    setTooLarge(file.size > LARGEST_LOGO ? Math.ceil(file.size / 1000) : undefined);
    if (file.size <= LARGEST_LOGO) onChange(await dataOf(file));
  };
  return (
    <div className={classes.entry}>
      <label htmlFor={path} className={classes.legend} lang={SCHEMA_LANGUAGE}>
        {label}
      </label>
      <p id={`${path}-hint`} className={classes.hint}>
        <SettingHint schema={schema} path={path} required={required} />
      </p>
      {problem !== undefined && (
        <p id={`${path}-problem`} className={classes.problem}>
          {problem}
        </p>
      )}
      {given !== undefined && (
        <p className={classes.image}>
          <Picture data={given} />
          <span className={classes.hint}>{t('setting.image.size', { size: Math.ceil((given.length * 3) / 4000) })}</span>
        </p>
      )}
      <input
        id={path}
        type="file"
        className={classes.file}
        accept="image/png,image/jpeg,image/webp"
        aria-describedby={problem === undefined ? `${path}-hint` : `${path}-hint ${path}-problem`}
        aria-invalid={problem !== undefined || undefined}
        onChange={(event) => void choose(event)}
      />
      {given !== undefined && <QuietLink onPress={() => onChange(undefined)}>{t('setting.remove', { what: label })}</QuietLink>}
    </div>
  );
}

/**
 * An image that is not served yet. It is drawn and not loaded: pages may load images from the server alone, and what is drawn is nothing
 * but pixels, whatever is in the file.
 */
export function Picture({ data }: { data: string }) {
  const { t } = useTranslation('admin');
  const canvas = useRef<HTMLCanvasElement>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    let over = false;
    draw(data, () => (over ? null : canvas.current)).then(
      () => over || setBroken(false),
      () => over || setBroken(true),
    );
    return () => {
      over = true;
    };
  }, [data]);
  return (
    <>
      <canvas ref={canvas} className={classes.picture} hidden={broken} />
      {broken && <span className={classes.problem}>{t('setting.image.broken')}</span>}
    </>
  );
}

/** Pixels of height: as it is shown, for screens with two of theirs for each of ours. */
const HEIGHT = 64;

async function draw(data: string, target: () => HTMLCanvasElement | null): Promise<void> {
  const [, type = '', text = ''] = /^data:([^;,]+);base64,(.*)$/.exec(data) ?? [];
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type }));
  const canvas = target();
  if (canvas === null) return;
  canvas.height = HEIGHT;
  canvas.width = Math.max(1, Math.round((image.width * HEIGHT) / image.height));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
}

function dataOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}
