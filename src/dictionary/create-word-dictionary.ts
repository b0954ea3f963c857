import { stat } from 'node:fs/promises';
import type { DictionarySettings, PasswordRulesSettings } from '../core/configuration/password-rules-section.ts';
import type { Log } from '../core/ports/platform.ts';
import type { WordDictionary, WordList } from '../core/ports/word-dictionary.ts';
import { readWords } from './read-words.ts';

interface Loaded {
  readonly identity: string;
  readonly words: Promise<WordList & { readonly size: number }>;
}

/** The dictionary that the configuration names; null when it names none. Reads nothing before the first question. */
export function createWordDictionary({ dictionary }: PasswordRulesSettings, log: Log): WordDictionary | null {
  return dictionary === undefined ? null : createDictionary(dictionary, log);
}

/**
 * The files are looked at with each question, so that one that was changed counts at once. They are read once, between
 * other work, into memory: some 100 bytes a word. What cannot be read is "not known", and logged when its reason changes.
 */
function createDictionary({ files, minimumLength }: DictionarySettings, log: Log): WordDictionary {
  let loaded: Loaded | null = null;
  let told: string | null = null;

  async function load(): Promise<WordList & { readonly size: number }> {
    const identity = (await Promise.all(files.map(identityOf))).join('\n');
    if (loaded?.identity !== identity) loaded = { identity, words: readWords(files, minimumLength) };
    const asked = loaded;
    try {
      return await asked.words;
    } catch (error) {
      // What the system could not do it may do later; what is wrong in a file stays so until the file changes.
      if (loaded === asked && error instanceof Error && 'code' in error) loaded = null;
      throw error;
    }
  }

  return {
    async words() {
      try {
        const words = await load();
        if (told !== null) log.info('dictionary.known-again', { files });
        told = null;
        return words;
      } catch (error) {
        const reason = reasonOf(error);
        if (told !== reason) log.error('dictionary.not-known', { files, reason });
        told = reason;
        return null;
      }
    },
    async health() {
      try {
        return { facts: `${(await load()).size.toLocaleString('en')} words in ${files.join(', ')}` };
      } catch (error) {
        return { facts: '', problem: reasonOf(error) };
      }
    },
  };
}

async function identityOf(file: string): Promise<string> {
  const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
  return [dev, ino, size, mtimeMs, ctimeMs].join();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
