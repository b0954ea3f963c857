import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GROUNDS, type Look, nearestAccent, shadesOf } from './shades.ts';

/** Relative luminance and contrast as WCAG 2.2 defines them, of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
/** The library rounds to two places. */
const ROUNDED = 0.011;

const colours = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`);

it('can be read and seen in both looks, whatever the colour', () => {
  fc.assert(
    fc.property(colours, (colour) => {
      for (const [look, shades] of Object.entries(shadesOf(colour)) as [Look, ReturnType<typeof shadesOf>[Look]][]) {
        for (const ground of GROUNDS[look]) {
          expect(contrast(shades.accent, ground)).toBeGreaterThanOrEqual(3 - ROUNDED);
          expect(contrast(shades.accentHover, ground)).toBeGreaterThanOrEqual(3 - ROUNDED);
          expect(contrast(shades.accentText, ground)).toBeGreaterThanOrEqual(4.5 - ROUNDED);
          expect(contrast(shades.focus, ground)).toBeGreaterThanOrEqual(3 - ROUNDED);
        }
        expect(contrast(shades.onAccent, shades.accent)).toBeGreaterThanOrEqual(4.5 - ROUNDED);
        expect(contrast(shades.onAccent, shades.accentHover)).toBeGreaterThanOrEqual(4.5 - ROUNDED);
        expect(contrast(shades.accentText, shades.accentSoft)).toBeGreaterThanOrEqual(4.5 - ROUNDED);
        for (const shade of Object.values(shades)) expect(shade).toMatch(/^#[0-9a-f]{6}$/);
      }
    }),
    { numRuns: 1500 },
  );
});

it('keeps a colour that can be seen, and names the nearest where it cannot', () => {
  fc.assert(
    fc.property(colours, (colour) => {
      const near = nearestAccent(colour);
      if (near === null) expect(shadesOf(colour).light.accent).toBe(colour);
      else expect(nearestAccent(near)).toBeNull();
    }),
    { numRuns: 1500 },
  );
  expect(nearestAccent('#2a54c4')).toBeNull();
  expect(nearestAccent('#ffdd00')).toMatch(/^#[0-9a-f]{6}$/);
});

it('is not the given colour alone: a link of a light colour is darker, and on dark ground lighter', () => {
  const { light, dark } = shadesOf('#c25b00');
  expect(luminance(light.accentText)).toBeLessThanOrEqual(luminance('#c25b00'));
  expect(luminance(dark.accentText)).toBeGreaterThan(luminance('#c25b00'));
});
