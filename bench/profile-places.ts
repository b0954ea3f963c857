import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A function in the format of the Chrome DevTools protocol (Runtime.CallFrame): lines and columns from 0. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Where a function of a profile belongs. */
interface Place {
  /** A library, a folder of the sources, a part of Node.js or of the engine. */
  readonly part: string;
  /** The function with its file and line in the sources. */
  readonly name: string;
  /** A function of Keyturn itself. */
  readonly isOurs: boolean;
}

/**
 * Tells the modules of what is installed apart, which are one file to Node.js, by the source maps beside it.
 * @param frames all that will be asked about
 */
export async function createPlaceFinder(frames: readonly CallFrame[]): Promise<(frame: CallFrame) => Place> {
  const maps = new Map<string, SourceMap>();
  for (const url of new Set(frames.map((frame) => frame.url))) {
    if (!url.startsWith('file:') || !existsSync(`${fileURLToPath(url)}.map`)) continue;
    maps.set(url, new SourceMap(JSON.parse(await readFile(`${fileURLToPath(url)}.map`, 'utf8'))));
  }
  return (frame) => {
    const { functionName, url, lineNumber, columnNumber } = frame;
    const name = functionName === '' ? '(anonymous)' : functionName;
    // What V8 puts in brackets: its collector of garbage, what is done outside of JavaScript, and waiting.
    if (url === '')
      return { part: /^\(.*\)$/.test(functionName) ? functionName : 'built in: system calls, promises, JSON', name, isOurs: false };
    if (url.startsWith('node:'))
      return { part: `Node.js ${url.replace(/^node:(internal\/)?/, '').split('/')[0]}`, name: `${name} ${url}`, isOurs: false };
    const found = maps.get(url)?.findEntry(lineNumber, columnNumber);
    const [file, line] = found !== undefined && 'originalSource' in found ? [found.originalSource, found.originalLine] : [url, lineNumber];
    const short = file.replace(/^.*?(node_modules|src|shared)\//, '$1/');
    return {
      part: partOf(short),
      name: `${name} ${short.replace(/^node_modules\//, '')}:${line + 1}`,
      isOurs: /^(src|shared)\//.test(short),
    };
  };
}

function partOf(file: string): string {
  return /^node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(file)?.[1] ?? /^((?:src|shared)\/[^/.]+)/.exec(file)?.[1] ?? file;
}
