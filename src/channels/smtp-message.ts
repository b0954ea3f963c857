import type { SendMailOptions } from 'nodemailer';
import type { MailMessage } from '../core/ports/platform.ts';
import { checkAddress, type Mailbox, messageIdHeader, oneLine } from './mail-envelope.ts';

/**
 * The message as the SMTP library takes it: one recipient, one line of subject, the headers of machine written mail,
 * nothing that tracks the reader.
 * @throws AppError `mail.refused` when recipient or id cannot stand in a header
 */
export function composeSmtpMail(message: MailMessage, from: Mailbox): SendMailOptions {
  const to = checkAddress(message.to);
  return {
    from,
    // As an object, so that the library does not read a list out of the text.
    to: { name: '', address: to },
    envelope: { from: from.address, to },
    subject: oneLine(message.subject),
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    messageId: messageIdHeader(message.messageId, from),
    // RFC 3834 5: no vacation replies to these. Exchange goes by a header of its own (MS-OXCMAIL 2.2.3.2.14).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    xMailer: false,
  };
}
