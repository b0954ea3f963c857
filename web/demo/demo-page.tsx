import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SimplePage } from '../portal/simple-page.tsx';
import { loadDemoTexts } from '../texts.ts';
import { Notice } from '../ui/notice.tsx';
import { usePageTitle } from '../ui/page-title.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './demo-page.module.css';
import { Mailbox } from './mailbox.tsx';
import { People } from './people.tsx';

/** Everything a newcomer needs to finish each flow alone. The server has the data in demo mode only. */
export function DemoPage({ demo }: { demo: boolean }) {
  const { i18n } = useTranslation();
  const [loaded, setLoaded] = useState('');
  useEffect(() => {
    void loadDemoTexts(i18n.language).then(() => setLoaded(i18n.language));
  }, [i18n.language]);
  if (loaded !== i18n.language) return <Skeleton />;
  return demo ? <DemoContent /> : <NoDemo />;
}

function NoDemo() {
  const { t } = useTranslation('demo');
  return <SimplePage title={t('gone.title')} paragraphs={[t('gone.text')]} />;
}

function DemoContent() {
  const { t } = useTranslation('demo');
  usePageTitle(t('title'));
  return (
    <div className={classes.page}>
      <div className={classes.intro}>
        <h1 className={classes.title}>{t('title')}</h1>
        <Notice tone="warning">{t('warning')}</Notice>
        <p className={classes.ways}>
          <a href="/">{t('back')}</a>
          <a href="#messages-title">{t('messages.title')}</a>
        </p>
      </div>
      <People />
      <Mailbox />
    </div>
  );
}
