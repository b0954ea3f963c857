/** One line of the doctor's report. */
export interface Finding {
  level: 'ok' | 'warn' | 'fail';
  /** What was looked at: `node`, `settings`, `directory main` ... */
  area: string;
  text: string;
  /** What to do about it. */
  fix?: string;
}

/** Makes findings of one area. */
export function findingsOf(area: string) {
  const make =
    (level: Finding['level']) =>
    (text: string, fix?: string): Finding => ({ level, area, text, ...(fix === undefined ? {} : { fix }) });
  return { ok: make('ok'), warn: make('warn'), fail: make('fail') };
}
