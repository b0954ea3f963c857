import { pinLength, type Setting } from './settings-table.ts';

/** The longest text, in characters, that the client reads for this setting; undefined for what is no free text. */
export function longestTextOf(setting: Setting): number | undefined {
  switch (setting.kind) {
    case 'text':
    case 'httpsUrl':
      return setting.maximumLength;
    case 'pinList':
      return setting.maximumItems * (pinLength + 2);
    default:
      return undefined;
  }
}
