import type { SmsGateway } from '../core/configuration/sms-section.ts';

/** What is put in place of `{{...}}` in a body. */
export interface SmsValues {
  /** E.164, with the plus. */
  number: string;
  text: string;
  id: string;
  /** The gateway's key, resolved. */
  key: string;
}

/**
 * The body of a call and its media type. Values are put into texts of a finished structure, which is serialised afterwards: none can
 * become another field, end a string or bring in another value, whatever it holds. Names of fields are as configured.
 */
export function smsBody({ json, form }: Pick<SmsGateway, 'json' | 'form'>, values: SmsValues): { type: string; body: string } {
  if (form === undefined) return { type: 'application/json', body: JSON.stringify(fill(json, values)) };
  const fields = Object.entries(form).map(([name, value]): [string, string] => [name, fillText(value, values)]);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

/** One pass: what a value holds is never looked at again, so a text cannot ask for the key. */
export function fillText(template: string, values: Partial<SmsValues>): string {
  const all: Record<string, string | undefined> = { ...values, digits: values.number?.replace(/^\+/, '') };
  return template.replace(/\{\{([a-z]+)\}\}/g, (whole, name: string) => (Object.hasOwn(all, name) ? (all[name] ?? whole) : whole));
}

function fill(value: unknown, values: SmsValues): unknown {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((entry) => fill(entry, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, fill(entry, values)]));
}
