import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TOKEN_PERMISSIONS } from '../../shared/permissions.ts';
import { loadReferenceTexts } from '../texts.ts';
import { Announcement, Chip, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useTexts } from '../use-texts.ts';
import { type Call, callsOf, chosenCalls, type OpenApiDocument } from './open-api.ts';
import classes from './reference.module.css';
import { schemaText } from './schema-text.ts';

const DOCUMENT = '/api/openapi.json';
/** The document is in English whatever the page is in. */
const LANGUAGE = 'en';

/** Every call of the API, from the document that this node gives to tools. */
export function ReferencePage() {
  return useTexts(loadReferenceTexts) ? <Reference /> : <Skeleton />;
}

function Reference() {
  const { t } = useTranslation('reference');
  const { t: portal } = useTranslation();
  const [document, setDocument] = useState<OpenApiDocument | 'failed'>();
  const [text, setText] = useState('');
  const [scope, setScope] = useState('');
  useEffect(() => {
    const load = async () => {
      const answer = await fetch(DOCUMENT);
      setDocument(answer.ok ? ((await answer.json()) as OpenApiDocument) : 'failed');
    };
    load().catch(() => setDocument('failed'));
  }, []);
  const calls = useMemo(() => (document === undefined || document === 'failed' ? [] : callsOf(document)), [document]);
  const shown = chosenCalls(calls, text, scope);
  if (document === undefined) return <Skeleton />;
  return (
    <Question title={t('title')} mistakes={document === 'failed' ? [{ text: portal('trouble.site.title') }] : []}>
      <Prose>
        <p>{t('text')}</p>
        <p>
          <a href={DOCUMENT}>{t('document')}</a>
        </p>
      </Prose>
      <TextField id="looked-for" label={t('find')} value={text} onChange={setText} autoComplete="off" />
      <SelectField
        id="scope"
        label={t('scope')}
        value={scope}
        empty={t('scope.all')}
        options={TOKEN_PERMISSIONS.map((value) => ({ value, label: value, lang: LANGUAGE }))}
        onChange={setScope}
      />
      <Announcement>{t('shown', { count: shown.length })}</Announcement>
      {shown.length === 0 && <p>{t('none')}</p>}
      {[...new Set(shown.map(({ group }) => group))].map((group) => (
        <section key={group}>
          <h2 className={classes.group} lang={LANGUAGE}>
            /{group}
          </h2>
          {shown
            .filter((call) => call.group === group)
            .map((call) => (
              <CallDetails key={call.id} call={call} />
            ))}
        </section>
      ))}
    </Question>
  );
}

function CallDetails({ call }: { call: Call }) {
  const { t } = useTranslation('reference');
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.call} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code lang={LANGUAGE}>{call.id}</code> {call.token !== 'never' && <Chip>{t('token', { scope: call.token })}</Chip>}
        <span className={classes.summary} lang={LANGUAGE}>
          {call.summary}
        </span>
      </summary>
      {open && <CallBody call={call} />}
    </details>
  );
}

/** Drawn when it is opened: there are many calls, and some have long answers. */
function CallBody({ call }: { call: Call }) {
  const { t } = useTranslation('reference');
  return (
    <div className={classes.body}>
      <p>{call.token === 'never' ? t('token.never') : call.token === 'any' ? t('token.any') : t('token.scope', { scope: call.token })}</p>
      {call.parameters.length > 0 && (
        <>
          <h3>{t('parameters')}</h3>
          <ul lang={LANGUAGE}>
            {call.parameters.map(({ name, in: place, required, schema }) => (
              <li key={`${place} ${name}`}>
                <code>
                  {place} {name}
                  {required === true ? '' : '?'}: {schemaText(schema ?? {})}
                </code>
              </li>
            ))}
          </ul>
        </>
      )}
      {call.body !== null && <Shape title={t('body')} text={schemaText(call.body)} />}
      {call.answers.map(({ status, schema }) => (
        <Shape key={status} title={t('answer', { status })} text={schema === null ? '' : schemaText(schema)} />
      ))}
    </div>
  );
}

function Shape({ title, text }: { title: string; text: string }) {
  return (
    <>
      <h3>{title}</h3>
      {text !== '' && (
        <pre className={classes.shape} lang={LANGUAGE}>
          {text}
        </pre>
      )}
    </>
  );
}
