import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../shared/api/site.ts';
import { languageName } from '../format.ts';
import { switchLanguage } from '../texts.ts';
import { Brand, BrandLinks, useLogo } from './brand.tsx';
import { Icon } from './icon.tsx';
import classes from './page-frame.module.css';

interface PageFrameProps {
  organisation: string;
  contact: string;
  languages: readonly string[];
  demo: boolean;
  /** undefined: not known yet. */
  branding: Site['branding'] | undefined;
  children: ReactNode;
  /** The portal's card, or the whole width for pages with tables. */
  width?: 'card' | 'wide';
}

/** What is the same on every page, always at the same place: organisation, language, colours, help. */
export function PageFrame({ organisation, contact, languages, demo, branding, children, width = 'card' }: PageFrameProps) {
  const { t, i18n } = useTranslation();
  const logo = useLogo(branding);
  return (
    <div className={classes.page} data-width={width}>
      <a className={classes.skip} href="#main">
        {t('frame.skip')}
      </a>
      <header className={classes.header}>
        <a className={classes.organisation} href="/">
          <Brand name={organisation} picture={logo} />
        </a>
        <div className={classes.tools}>
          {languages.length > 1 && (
            <span className={classes.picker}>
              <select
                aria-label={t('frame.language')}
                className={classes.language}
                value={i18n.language}
                onChange={(event) => void switchLanguage(event.currentTarget.value, true)}
              >
                {languages.map((language) => (
                  <option key={language} value={language} lang={language}>
                    {languageName(language)}
                  </option>
                ))}
              </select>
              <Icon name="chevron" />
            </span>
          )}
          <ColourToggle />
        </div>
      </header>
      <main id="main" className={classes.main} tabIndex={-1}>
        {children}
      </main>
      <footer className={classes.footer}>
        <p>
          <strong>{t('frame.help')}</strong> {t('frame.contact', { contact })}
        </p>
        <p className={classes.legal}>{t('frame.legal')}</p>
        <BrandLinks links={branding?.links ?? []} />
        {demo && (
          <p>
            <a href="/demo" target="keyturn-demo" rel="noreferrer">
              {t('frame.demo')}
            </a>
          </p>
        )}
      </footer>
    </div>
  );
}

function ColourToggle() {
  const { t } = useTranslation();
  // Else Mantine adds a style element to hold transitions back, which the content security policy refuses.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <button
      type="button"
      className={classes.toggle}
      aria-label={t('frame.theme.dark')}
      title={t(dark ? 'frame.theme.light' : 'frame.theme.dark')}
      aria-pressed={dark}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  );
}
