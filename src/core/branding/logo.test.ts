import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_LOGO } from '../../../shared/branding/logo-limit.ts';
import { drawLogo, pngChunk } from '../../../test/servers/draw-logo.ts';
import { readLogo } from './logo.ts';

const asData = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`;
const problemOf = (text: string) => (readLogo(text) as { problem?: string }).problem;

describe('a logo', () => {
  it('is an image of pixels alone', () => {
    expect(readLogo(asData(drawLogo(40, 20)))).toMatchObject({ type: 'image/png', width: 40, height: 20 });
    expect(readLogo(asData(drawLogo(40, 20)).replace('data:image/png', 'DATA:IMAGE/PNG'))).toMatchObject({ type: 'image/png' });
  });

  it.each([
    ['an SVG with a script', `data:image/svg+xml;base64,${Buffer.from('<svg><script>alert(1)</script></svg>').toString('base64')}`, /SVG/],
    ['an SVG as it is', '<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/],
    ['an SVG that says it is a PNG', asData(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')), /svg|no image/],
    ['a page', `data:text/html;base64,${Buffer.from('<p>').toString('base64')}`, /PNG, JPEG or WebP/],
    ['an address', 'https://example.com/logo.png', /PNG, JPEG or WebP/],
    ['something after the image', `${asData(drawLogo(4, 4))}<script>`, /PNG, JPEG or WebP/],
    ['a PNG that says it is a JPEG', asData(drawLogo(4, 4), 'image/jpeg'), /it is png/],
    ['a bomb', asData(drawLogo(30_000, 30_000)), /2000 on a side/],
    ['too many bytes', asData(Buffer.concat([drawLogo(4, 4), Buffer.alloc(LARGEST_LOGO)])), /60 kB at most/],
    ['ten megabytes', asData(Buffer.alloc(10_000_000)), /60 kB at most/],
    ['one that moves', asData(drawLogo(4, 4, [pngChunk('acTL', Buffer.alloc(8))])), /moves/],
    ['nothing', 'data:image/png;base64,', /PNG, JPEG or WebP/],
    ['no pixels', asData(drawLogo(0, 4)), /no image/],
  ])('is not %s', (_, text, because) => {
    expect(problemOf(text)).toMatch(because);
  });

  it('is an image or a reason, whatever the bytes', () => {
    const broken = fc
      .tuple(fc.uint8Array({ maxLength: 400 }), fc.nat(60))
      .map(([bytes, kept]) => Buffer.concat([drawLogo(4, 4).subarray(0, kept), Buffer.from(bytes)]));
    fc.assert(
      fc.property(broken, fc.constantFrom('image/png', 'image/jpeg', 'image/webp'), (bytes, type) => {
        const read = readLogo(asData(bytes, type));
        if ('problem' in read) expect(read.problem).not.toBe('');
        else expect(read.width * read.height).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
