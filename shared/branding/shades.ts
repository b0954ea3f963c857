import { type Colord, colord, extend, type Plugin } from 'colord';
import a11y from 'colord/plugins/a11y';
import mix from 'colord/plugins/mix';

// Their types are those of CommonJS, where the function would be one level deeper than it is.
extend([a11y, mix] as unknown as Plugin[]);

/** Contrast that text needs (WCAG 2.2, 1.4.3), and the shape of a control (1.4.11). */
const OF_TEXT = 4.5;
const OF_SHAPES = 3;

/** On what the shades of each look are read: the page and what lies on it, as `web/ui/tokens.css` has them. */
export const GROUNDS = { light: ['#f5f6f8', '#ffffff'], dark: ['#0e1116', '#171b22', '#11151b'] } as const;

export type Look = keyof typeof GROUNDS;

/** Everything that is coloured by the accent, each as `#rrggbb`. */
export interface Shades {
  /** A button, and what lies on it. */
  readonly accent: string;
  readonly accentHover: string;
  readonly onAccent: string;
  /** Links. */
  readonly accentText: string;
  /** A quiet ground, with text on it. */
  readonly accentSoft: string;
  /** The ring around what has the focus. */
  readonly focus: string;
}

/** The custom properties that the pages draw with, by the shade that each takes. */
export const PROPERTIES: Readonly<Record<keyof Shades, string>> = {
  accent: '--kt-accent',
  accentHover: '--kt-accent-hover',
  onAccent: '--kt-on-accent',
  accentText: '--kt-accent-text',
  accentSoft: '--kt-accent-soft',
  focus: '--kt-focus',
};

/** A colour as it is given: `#rrggbb`. */
export const COLOUR = /^#[0-9a-f]{6}$/i;

/**
 * The shades of both looks from one colour. Where the colour itself cannot be told from a ground, or what lies on it not be read, the
 * nearest darker or lighter one takes its place.
 */
export function shadesOf(accent: string): Record<Look, Shades> {
  return { light: shadesFor('light', colord(accent)), dark: shadesFor('dark', colord(accent)) };
}

/** The nearest colour of which buttons can be told from a light page; null: the given one is. */
export function nearestAccent(accent: string): string | null {
  const near = towards(colord(accent), 'light', (shade) => isSeen(shade, 'light', OF_SHAPES));
  return near.toHex() === accent.toLowerCase() ? null : near.toHex();
}

function shadesFor(look: Look, given: Colord): Shades {
  const accent = towards(given, look, (shade) => isSeen(shade, look, OF_SHAPES));
  const onAccent = readableOn(accent);
  const hover = hoverOf(accent, onAccent, look);
  const soft = written(colord(GROUNDS[look][1]).mix(accent, look === 'light' ? 0.08 : 0.16));
  const text = towards(given, look, (shade) => isSeen(shade, look, OF_TEXT) && shade.contrast(soft) >= OF_TEXT);
  return {
    ...{ accent: accent.toHex(), accentHover: hover.toHex(), onAccent, accentText: text.toHex() },
    ...{ accentSoft: soft.toHex(), focus: text.toHex() },
  };
}

function isSeen(shade: Colord, look: Look, contrast: number): boolean {
  return GROUNDS[look].every((ground) => shade.contrast(ground) >= contrast);
}

/** One of the two is always read: no colour has less than 4.58 from both black and white. */
function readableOn(accent: Colord): string {
  return accent.contrast('#ffffff') >= OF_TEXT ? '#ffffff' : '#000000';
}

/** A little darker or lighter, whichever is still read and seen; else no other. */
function hoverOf(accent: Colord, onAccent: string, look: Look): Colord {
  const shades = onAccent === '#ffffff' ? [accent.darken(0.06), accent.lighten(0.06)] : [accent.lighten(0.06), accent.darken(0.06)];
  return shades.map(written).find((shade) => shade.contrast(onAccent) >= OF_TEXT && isSeen(shade, look, OF_SHAPES)) ?? accent;
}

/** The first one on the way to black on light grounds, to white on dark ones, that will do. The last one always does. */
function towards(given: Colord, look: Look, willDo: (shade: Colord) => boolean): Colord {
  const { h, s, l } = given.toHsl();
  const end = look === 'light' ? 0 : 100;
  if (willDo(given)) return given;
  for (let lightness = Math.round(l); lightness !== end; lightness += Math.sign(end - lightness)) {
    // As it will be written: what is rounded then must do as well.
    const shade = written(colord({ h, s, l: lightness }));
    if (willDo(shade)) return shade;
  }
  return colord(look === 'light' ? '#000000' : '#ffffff');
}

function written(shade: Colord): Colord {
  return colord(shade.toHex());
}
