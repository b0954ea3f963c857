import { crc32, deflateSync } from 'node:zlib';

/** Chunks of a PNG (third edition, 5.3): length, type, data, and the CRC of the last two. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** A PNG of that size which says so, with pixels for 96 x 64 at most: two bars, one in each half. */
export function drawLogo(width = 96, height = 64, more: readonly Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, greyscale.
  header.set([8, 0, 0, 0, 0], 8);
  const [columns, rows] = [Math.min(width, 96), Math.min(height, 64)];
  const pixels = Buffer.alloc(rows * (columns + 1), 0x90);
  for (let row = 0; row < rows; row += 1) {
    pixels[row * (columns + 1)] = 0;
    for (let column = 0; column < columns; column += 1) if (column % 48 < 24) pixels[row * (columns + 1) + 1 + column] = 0x50;
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [pngChunk('IHDR', header), ...more, pngChunk('IDAT', deflateSync(pixels)), pngChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}
