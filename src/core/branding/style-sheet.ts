import { type Look, PROPERTIES, type Shades, shadesOf } from '../../../shared/branding/shades.ts';

/** By what an element is in each look. More specific than the pages' own, so that the order of style sheets says nothing. */
const SELECTORS: Readonly<Record<Look, string>> = {
  light: 'html:root',
  dark: 'html:root[data-mantine-color-scheme="dark"]',
};

/** A style sheet that colours the pages by an organisation's accent (`#rrggbb`). It is made of colours that we have computed, of nothing given. */
export function styleSheetOf(accent: string): string {
  const shades = shadesOf(accent);
  const rule = (look: Look) => `${SELECTORS[look]} {\n${declarations(shades[look])}\n}`;
  return `${rule('light')}\n${rule('dark')}\n`;
}

function declarations(shades: Shades): string {
  return (Object.keys(PROPERTIES) as (keyof Shades)[]).map((shade) => `  ${PROPERTIES[shade]}: ${shades[shade]};`).join('\n');
}
