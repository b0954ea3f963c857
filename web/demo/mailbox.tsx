import { useTranslation } from 'react-i18next';
import type { DemoMessage } from '../../shared/api/demo.ts';
import { api } from '../api.ts';
import { formatTime } from '../format.ts';
import { Announcement } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { CopyButton } from './copy-button.tsx';
import classes from './demo-page.module.css';
import { usePolling } from './use-polling.ts';

const POLL_MS = 2000;

/** Every mail and text message that Keyturn has sent, newest first. */
export function Mailbox() {
  const { t } = useTranslation('demo');
  const { value: messages, offline } = usePolling(api.demoMessages, POLL_MS);
  const newestFirst = [...(messages ?? [])].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <section aria-labelledby="messages-title">
      <h2 id="messages-title" className={classes.heading}>
        {t('messages.title')}
      </h2>
      {offline && <Notice tone="warning">{t('offline')}</Notice>}
      <Announcement>{messages === undefined ? '' : t('messages.new', { count: messages.length })}</Announcement>
      {messages?.length === 0 && <p className={classes.empty}>{t('messages.empty')}</p>}
      <ul className={classes.messages}>
        {newestFirst.map((message) => (
          <Message key={message.id} message={message} />
        ))}
      </ul>
    </section>
  );
}

function Message({ message }: { message: DemoMessage }) {
  const { t } = useTranslation('demo');
  const code = /(?<![\w/#-])\d{6,8}(?![\w-])/.exec(message.text)?.[0];
  return (
    <li className={classes.message}>
      <p className={classes.envelope}>
        <span>{t(message.channel === 'email' ? 'messages.email' : 'messages.sms', { to: message.to })}</span>
        <time dateTime={message.at}>{formatTime(message.at)}</time>
      </p>
      <h3 className={classes.subject}>{message.subject}</h3>
      <div className={classes.text}>{withLinks(message.text)}</div>
      {code !== undefined && <CopyButton text={code} label={t('copy.code', { code })} words={t('copy.code', { code })} />}
    </li>
  );
}

/** Makes the web addresses in a text into links; they open beside the mailbox, as they would from a mail program. */
function withLinks(text: string) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a message never changes, its parts keep their places.
      <a key={index} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
