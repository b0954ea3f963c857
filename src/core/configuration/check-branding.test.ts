import { describe, expect, it } from 'vitest';
import { brandingSchema } from './branding-section.ts';
import { checkBranding } from './check-branding.ts';
import { createReport } from './check-context.ts';

const problemsOf = (branding: unknown) => {
  const { problems, report } = createReport();
  checkBranding(brandingSchema.parse(branding), report);
  return problems.map(({ path, message }) => `${path}: ${message}`);
};

describe('branding', () => {
  it('is refused with the nearest colour that can be seen', () => {
    expect(problemsOf({ accent: '#2A54C4' })).toEqual([]);
    const [problem = '', ...others] = problemsOf({ accent: '#ffdd00' });
    expect(others).toEqual([]);
    const near = /^branding\.accent: .*The nearest that can is (#[0-9a-f]{6})$/.exec(problem)?.[1];
    expect(problemsOf({ accent: near })).toEqual([]);
  });

  it('is refused with an image that is none, and with one for dark pages alone', () => {
    expect(problemsOf({ logo: '<svg onload="alert(1)"/>' })).toEqual([expect.stringMatching(/^branding\.logo: An SVG can carry script/)]);
    expect(problemsOf({ logoDark: 'x' })).toEqual([
      expect.stringMatching(/^branding\.logoDark: Give a PNG/),
      expect.stringMatching(/^branding\.logoDark: Light pages would show no logo/),
    ]);
  });

  it.each([
    [{ accent: 'red' }],
    [{ accent: '#fff' }],
    [{ accent: '#2a54c4; background: url(https://example.com)' }],
    [{ links: [{ url: 'javascript:alert(1)', label: { en: 'Imprint' } }] }],
    [{ links: [{ url: 'http://example.com', label: { en: 'Imprint' } }] }],
    [{ links: [{ url: 'https://example.com', label: {} }] }],
    [{ font: 'Comic Sans' }],
  ])('takes no %j', (branding) => {
    expect(brandingSchema.safeParse(branding).success).toBe(false);
  });
});
