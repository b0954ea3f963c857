import { type CheckContext, checkAuthorityFile, checkSecret, isLoopbackHost, type Report } from './check-context.ts';
import type { DocumentPath } from './format-path.ts';
import type { MailSettings } from './mail-section.ts';
import { MOST_SECONDS, type SmsGateway, type SmsSettings } from './sms-section.ts';

/** What may stand in the texts of a body. */
const PLACEHOLDERS = ['number', 'digits', 'text', 'id', 'key'] as const;

/** Headers that the connection itself decides. */
const OWN_HEADERS = ['content-type', 'content-length', 'transfer-encoding', 'host', 'connection', 'expect', 'upgrade', 'accept-encoding'];

/** Checks of `sms` that a schema cannot say. */
export function checkSms(sms: SmsSettings, mail: MailSettings['kind'] | undefined, context: CheckContext, report: Report): void {
  report(
    'warning',
    ['sms'],
    'Restricted by NIST SP 800-63B-4 3.1.3.3 and 3.2.9: numbers are moved and texts intercepted by others. Offer another kind of proof beside it',
  );
  if (sms.kind === 'capture') {
    if (!context.demo)
      report('error', ['sms', 'kind'], 'Captured texts are shown to anyone on the demo page: use http outside of demo mode');
    if (mail === 'smtp') report('error', ['sms', 'kind'], 'Texts are captured together with mail: set mail.kind to capture as well');
    return;
  }
  if (sms.gateways.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0) > MOST_SECONDS)
    report(
      'error',
      ['sms', 'gateways'],
      `timeoutSeconds of all together must not be more than ${MOST_SECONDS}: somebody waits for the text`,
    );
  for (const [index, gateway] of sms.gateways.entries()) {
    const path = ['sms', 'gateways', index];
    if (sms.gateways.findIndex(({ name }) => name === gateway.name) < index)
      report('error', [...path, 'name'], 'Another gateway has this name already');
    checkAddress(gateway, path, report);
    checkSignIn(gateway, path, context, report);
    checkBody(gateway, path, report);
    checkAnswers(gateway, path, report);
    checkAuthorityFile(gateway.caFile, [...path, 'caFile'], context, report);
  }
}

function checkAddress(gateway: SmsGateway, path: DocumentPath, report: Report): void {
  const url = new URL(gateway.url);
  const at = [...path, 'url'];
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    report('error', at, 'Codes would cross the network in clear: use https://');
  if (url.username !== '' || url.password !== '')
    report('error', at, 'The address must not hold a name or password: use user and password');
  if (/\{\{|%7b%7b/i.test(gateway.url)) report('error', at, 'Nothing is replaced in the address: codes and numbers would stand in logs');
}

function checkSignIn(gateway: SmsGateway, path: DocumentPath, context: CheckContext, report: Report): void {
  if ((gateway.user === undefined) !== (gateway.password === undefined)) {
    const [missing, given] = gateway.user === undefined ? ['user', 'password'] : ['password', 'user'];
    report('error', [...path, missing], `This is required together with ${given}`);
  }
  checkSecret(gateway.password, [...path, 'password'], context, report);
  checkSecret(gateway.key, [...path, 'key'], context, report);
  for (const [index, { name, value, secret }] of gateway.headers.entries()) {
    const at = [...path, 'headers', index];
    const lower = name.toLowerCase();
    if (OWN_HEADERS.includes(lower)) report('error', [...at, 'name'], 'This header is decided by the connection');
    if (lower === 'authorization' && gateway.user !== undefined) report('error', [...at, 'name'], 'user and password make this header');
    if (gateway.headers.findIndex((other) => other.name.toLowerCase() === lower) < index)
      report('error', [...at, 'name'], 'This header is there already');
    for (const placeholder of placeholdersIn(value))
      if (placeholder !== 'id') report('error', [...at, 'value'], `{{${placeholder}}} is not replaced here; only {{id}} is`);
    checkSecret(secret, [...at, 'secret'], context, report);
  }
}

function checkBody(gateway: SmsGateway, path: DocumentPath, report: Report): void {
  const { json, form } = gateway;
  if ((json === undefined) === (form === undefined)) {
    report('error', [...path, 'json'], 'Exactly one of json and form is required');
    return;
  }
  const at = [...path, json === undefined ? 'form' : 'json'];
  const used = new Set(textsIn(json ?? form).flatMap(placeholdersIn));
  for (const placeholder of used) {
    if (!(PLACEHOLDERS as readonly string[]).includes(placeholder))
      report('error', at, `{{${placeholder}}} is unknown; there are ${PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ')}`);
  }
  if (!used.has('text')) report('error', at, 'Needs {{text}}: the message');
  if (!used.has('number') && !used.has('digits')) report('error', at, 'Needs {{number}} or {{digits}}: to whom it goes');
  if (used.has('key') !== (gateway.key !== undefined)) report('error', [...path, 'key'], 'key and {{key}} are used together');
}

function checkAnswers({ success, refused }: SmsGateway, path: DocumentPath, report: Report): void {
  for (const [name, condition] of Object.entries({ success, refused })) {
    if (condition === undefined) continue;
    if ((condition.pointer === undefined) !== (condition.equals === undefined))
      report('error', [...path, name, 'pointer'], 'pointer and equals are used together');
  }
  if (success.from > success.to) report('error', [...path, 'success', 'from'], 'Higher than to');
  if (refused !== undefined && refused.pointer === undefined && refused.contains === undefined)
    report('error', [...path, 'refused'], 'Needs pointer and equals, or contains: every failure would be final');
  if (success.pointer === undefined && success.contains === undefined)
    report(
      'warning',
      [...path, 'success'],
      'Only the status is looked at: many gateways tell errors with status 200. See what yours answers',
    );
}

function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name]) => name ?? '');
}

/** Every text in a body, without the names of its fields: nothing is replaced there. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
