import { imageSize } from 'image-size';
import { LARGEST_LOGO } from '../../../shared/branding/logo-limit.ts';

/** Pixels on a side: what is small in bytes may still fill the memory of a phone. */
const MOST_PIXELS = 2000;

const DATA = /^data:(image\/(?:png|jpeg|webp));base64,([a-z0-9+/]+={0,2})$/i;

/** By the media type the name that a reader of images gives it. */
const NAMES: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** Chunks that only an image which moves has (PNG third edition 11.3.6, WebP container specification "Animation"). */
const MOVING: Readonly<Record<string, string>> = { 'image/png': 'acTL', 'image/webp': 'ANIM' };

export interface Logo {
  /** Media type. */
  readonly type: string;
  readonly bytes: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * An image as it stands in the configuration, a data URI (RFC 2397) with base64. Only formats that hold nothing but pixels are taken: an
 * SVG is a document, which may run script and load what it likes.
 * @returns the image, or why it is none, as a sentence for who gives it
 */
export function readLogo(text: string): Logo | { readonly problem: string } {
  if (/^(data:image\/svg|\s*<)/i.test(text)) return { problem: 'An SVG can carry script and is not taken: export it as PNG or WebP' };
  const [, type = '', data = ''] = DATA.exec(text) ?? [];
  if (data === '') return { problem: 'Give a PNG, JPEG or WebP image as data:image/png;base64,…' };
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > LARGEST_LOGO)
    return { problem: `The image has ${Math.ceil(bytes.length / 1000)} kB; it may have ${LARGEST_LOGO / 1000} kB at most` };
  const media = type.toLowerCase();
  const size = sizeOf(bytes);
  if (size === null) return { problem: 'This is no image that can be read: the file is damaged, or of another kind' };
  if (size.type !== NAMES[media]) return { problem: `It says that it is ${media}, and it is ${size.type}` };
  if (size.width > MOST_PIXELS || size.height > MOST_PIXELS)
    return { problem: `The image is ${size.width} × ${size.height} pixels; ${MOST_PIXELS} on a side are the most` };
  const moving = MOVING[media];
  if (moving !== undefined && bytes.includes(moving)) return { problem: 'The image moves: give one that stands still' };
  return { type: media, bytes, width: size.width, height: size.height };
}

function sizeOf(bytes: Buffer): { type: string; width: number; height: number } | null {
  try {
    const { type = '', width, height } = imageSize(bytes);
    return width > 0 && height > 0 ? { type, width, height } : null;
  } catch {
    return null;
  }
}
