import { useComputedColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Site } from '../../shared/api/site.ts';
import classes from './brand.module.css';
import { Icon } from './icon.tsx';

/** The picture and the name of an organisation. The name stands beside, so the picture says nothing by itself. */
export function Brand({ name, picture }: { name: string; picture?: ReactNode }) {
  return (
    <>
      {picture ?? (
        <span className={classes.mark} aria-hidden="true">
          <Icon name="key" />
        </span>
      )}
      {name}
    </>
  );
}

/** The organisation's logo, for the colours of the page. undefined: it has none. */
export function useLogo(branding: Site['branding'] | undefined): ReactNode {
  const dark = useComputedColorScheme('light') === 'dark';
  const address = (dark ? branding?.logoDark : null) ?? branding?.logo;
  return address == null ? undefined : <img className={classes.logo} src={address} alt="" />;
}

/** Imprint, privacy and the like. They open beside the page: nobody loses a recovery that is under way. */
export function BrandLinks({ links }: { links: Site['branding']['links'] }) {
  if (links.length === 0) return null;
  return (
    <ul className={classes.links}>
      {links.map(({ url, label }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noreferrer">
            {label}
          </a>
        </li>
      ))}
    </ul>
  );
}
