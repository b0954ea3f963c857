import { type CountryCode, type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Kinds of numbers that a telephone in somebody's hand can have. Others cannot get texts, or cost whoever calls them. */
const MOBILE: readonly NumberType[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

/**
 * Reads a telephone number as somebody typed or exported it, to E.164 (`+4915112345678`). International form is understood always, a
 * national one only where a single country is allowed, or the caller knows whose it is: elsewhere it would be a guess whose telephone
 * it is.
 * @param countries to whose numbers texts are sent (ISO 3166-1)
 * @param region the country of national numbers (ISO 3166-1), one of `countries`
 * @returns the number, or why it is none that texts may be sent to, as a half-sentence
 */
export function readPhoneNumber(text: string, countries: readonly string[], region?: string): { number: string } | { problem: string } {
  if (countries.length === 0) return { problem: 'the configuration sends no texts (section sms)' };
  const home = region ?? (countries.length === 1 ? countries[0] : undefined);
  // Only the form of a number: the library would find one in a sentence, or take an extension along.
  if (!/^[+\d\s().\-/]{4,40}$/.test(text)) return { problem: 'it is no telephone number' };
  const national = home === undefined ? {} : { defaultCountry: home as CountryCode };
  const parsed = parsePhoneNumberFromString(text.trim(), { ...national, extract: false });
  if (parsed === undefined || !parsed.isValid()) {
    const isForeign = home === undefined && !text.trim().startsWith('+');
    return { problem: isForeign ? 'it must begin with + and the country' : 'it is no telephone number' };
  }
  if (parsed.country === undefined || !countries.includes(parsed.country))
    return { problem: `its country is not in sms.countries${parsed.country === undefined ? '' : `: ${parsed.country}`}` };
  const type = parsed.getType();
  if (type === undefined || !MOBILE.includes(type)) return { problem: 'it is no mobile number' };
  return { number: parsed.number };
}

/**
 * Reads a number in international form as it may stand in a directory, of any country and kind, to E.164.
 * @returns null: it is none
 */
export function readInternationalNumber(text: string): string | null {
  if (!/^\s*\+[\d\s().\-/]{4,40}$/.test(text)) return null;
  const parsed = parsePhoneNumberFromString(text.trim(), { extract: false });
  return parsed?.isValid() === true ? parsed.number : null;
}
