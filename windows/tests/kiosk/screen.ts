import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';

/** A screen that nobody sees (Xvfb). */
export interface Screen {
  /** For the environment variable DISPLAY. */
  readonly display: string;
  /** Writes what the screen shows, cut to an area, as a PNG file. */
  save(file: string, area: { left: number; top: number; right: number; bottom: number }): void;
  /** Looks at all of it once: tells whether a pixel was nearer to black than to white. */
  look(): (x: number, y: number) => boolean;
  close(): Promise<void>;
}

/** Starts one of 1280 by 900 pixels. */
export async function startScreen(): Promise<Screen> {
  const folder = await createScratchFolder('screen');
  // Without a pointer, which would stand in the middle, over what is looked at.
  const words = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nocursor', '-nolisten', 'tcp', '-fbdir', folder];
  const server: ChildProcess = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [said] = (await once(server.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
  return {
    display: `:${said.toString().trim()}`,
    save(file, area) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, toPng(readFileSync(join(folder, 'Xvfb_screen0')), area));
    },
    look: () => {
      const dump = readFileSync(join(folder, 'Xvfb_screen0'));
      const { start, bytesPerLine } = shapeOf(dump);
      return (x, y) => {
        const at = start + y * bytesPerLine + x * 4;
        return (dump[at] ?? 0) + (dump[at + 1] ?? 0) + (dump[at + 2] ?? 0) < 384;
      };
    },
    async close() {
      server.kill();
      await once(server, 'exit');
      await removeScratchFolder(folder);
    },
  };
}

/** Xvfb's file is an X window dump: a header of 32-bit numbers, the colour map, then rows of BGRX. */
function shapeOf(dump: Buffer): { start: number; bytesPerLine: number } {
  return { start: dump.readUInt32BE(0) + dump.readUInt32BE(76) * 12, bytesPerLine: dump.readUInt32BE(48) };
}

function toPng(dump: Buffer, area: { left: number; top: number; right: number; bottom: number }): Buffer {
  const screenWidth = dump.readUInt32BE(16);
  const screenHeight = dump.readUInt32BE(20);
  const { start, bytesPerLine } = shapeOf(dump);
  const left = Math.max(0, area.left);
  const top = Math.max(0, area.top);
  const width = Math.min(area.right, screenWidth) - left;
  const height = Math.min(area.bottom, screenHeight) - top;
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = start + (y + top) * bytesPerLine + (x + left) * 4;
      const to = y * (width * 3 + 1) + 1 + x * 3;
      rows[to] = dump[from + 2] ?? 0;
      rows[to + 1] = dump[from + 1] ?? 0;
      rows[to + 2] = dump[from] ?? 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** A chunk of a PNG file (ISO/IEC 15948 section 5.3). */
function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(content.length + 8);
  framed.writeUInt32BE(data.length, 0);
  content.copy(framed, 4);
  framed.writeUInt32BE(crc32(content), content.length + 4);
  return framed;
}
