import type { CSSProperties } from 'react';
import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { COLOUR, type Look, PROPERTIES, type Shades, shadesOf } from '../../../shared/branding/shades.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Brand, BrandLinks } from '../../ui/brand.tsx';
import { Actions, QuietLink } from '../../ui/layout.tsx';
import { OrganisationContext } from '../../ui/page-title.tsx';
import { TextField } from '../../ui/text-field.tsx';
import classes from './branding-preview.module.css';
import { Picture } from './image-setting.tsx';
import { isGroup, type Json } from './setting-schema.ts';

const FRAMES = [
  { look: 'light', size: 'desktop' },
  { look: 'dark', size: 'desktop' },
  { look: 'light', size: 'phone' },
  { look: 'dark', size: 'phone' },
] as const;

/** How pages would look: in light and dark, on a screen and on a phone, by the components that they are made of. */
export function BrandingPreview({ value }: { value: Json | undefined }) {
  const { t } = useTranslation('admin');
  const branding = isGroup(value) ? value : {};
  return (
    <section aria-labelledby="preview">
      <h2 id="preview" className={classes.title}>
        {t('branding.preview')}
      </h2>
      <ul className={classes.frames}>
        {FRAMES.map(({ look, size }) => (
          <li key={`${look}-${size}`} data-size={size}>
            <p className={classes.name}>{t(`branding.${size}.${look}`)}</p>
            <Frame look={look} size={size} branding={branding} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nothing in it can be used, and a screen reader has heard what it is. */
function Frame({ look, size, branding }: { look: Look; size: string; branding: Record<string, Json> }) {
  const { t, i18n } = useTranslation();
  const name = useContext(OrganisationContext);
  const { accent, logo, logoDark, links } = branding;
  const image = look === 'dark' ? (logoDark ?? logo) : logo;
  return (
    <div className={classes.frame} data-kt-look={look} style={styleOf(look, accent)} inert aria-hidden="true">
      <p className={classes.brand}>
        {typeof image === 'string' ? <Brand name={name} picture={<Picture data={image} />} /> : <Brand name={name} />}
      </p>
      <div className={classes.card}>
        <p className={classes.heading}>{t('account.title')}</p>
        <TextField id={`preview-${look}-${size}`} label={t('account.label')} value="" onChange={() => {}} />
        <Actions>
          <ActionButton>{t('action.continue')}</ActionButton>
          <QuietLink onPress={() => {}}>{t('action.back')}</QuietLink>
        </Actions>
      </div>
      <BrandLinks links={linksOf(links, i18n.language)} />
    </div>
  );
}

function styleOf(look: Look, accent: Json | undefined): CSSProperties {
  if (typeof accent !== 'string' || !COLOUR.test(accent)) return {};
  const shades = shadesOf(accent)[look];
  return Object.fromEntries((Object.keys(PROPERTIES) as (keyof Shades)[]).map((shade) => [PROPERTIES[shade], shades[shade]]));
}

function linksOf(links: Json | undefined, language: string): { url: string; label: string }[] {
  if (!Array.isArray(links)) return [];
  return links.flatMap((link, index) => {
    const labels = isGroup(link) && isGroup(link.label) ? link.label : {};
    const label = [labels[language], ...Object.values(labels)].find((text) => typeof text === 'string' && text !== '');
    // What it leads to is of no matter here.
    return typeof label === 'string' ? [{ url: `#${index}`, label }] : [];
  });
}
