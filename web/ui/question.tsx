import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useCovered } from './covered.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Notice } from './notice.tsx';
import { usePageTitle } from './page-title.tsx';
import classes from './question.module.css';

/** What went wrong, in a sentence; `field` is the id of the field where it can be mended. */
export interface Mistake {
  text: string;
  field?: string | undefined;
  reference?: string | undefined;
}

interface QuestionProps {
  title: string;
  progress?: string | undefined;
  icon?: IconName;
  tone?: 'good' | 'warning' | 'danger';
  message?: string | undefined;
  mistakes?: readonly Mistake[];
  /** A new value moves the focus: to the summary when there are mistakes, else to the title. */
  focusOn?: unknown;
  onSubmit?: () => void;
  children?: ReactNode;
}

// The page that the browser has just loaded keeps the focus where people expect it: at the top.
let arrived = false;

/** One page: one question, as its title. Says what is wrong at its top and keeps the focus in the right place. */
export function Question({ title, progress, icon, tone, message, mistakes = [], focusOn, onSubmit, children }: QuestionProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  const summaryTitle = useId();
  const covered = useCovered();
  usePageTitle(title, mistakes.length > 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: focusOn is the occasion, its value is not used.
  useEffect(() => {
    if (covered) return;
    if (summary.current !== null) summary.current.focus();
    else if (arrived) heading.current?.focus();
    arrived = true;
    if (summary.current === null) window.scrollTo({ top: 0 });
  }, [focusOn, covered]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  const body = (
    <>
      {mistakes.length > 0 && (
        <div ref={summary} className={classes.summary} tabIndex={-1} role="alert" aria-labelledby={summaryTitle}>
          <h2 id={summaryTitle} className={classes.summaryTitle}>
            <Icon name="alert" />
            {t('trouble.summary')}
          </h2>
          <ul className={classes.mistakes}>
            {mistakes.map((mistake) => (
              <li key={mistake.text}>
                {mistake.field === undefined ? mistake.text : <FieldLink field={mistake.field} text={mistake.text} />}
                {mistake.reference !== undefined && (
                  <span className={classes.reference}>{t('trouble.reference', { reference: mistake.reference })}</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {progress !== undefined && <p className={classes.progress}>{progress}</p>}
      {icon !== undefined && (
        <span className={classes.badge} data-tone={tone}>
          <Icon name={icon} large />
        </span>
      )}
      <h1 ref={heading} tabIndex={-1} className={classes.title}>
        {title}
      </h1>
      <div className={classes.body}>
        {message !== undefined && <Notice>{message}</Notice>}
        {children}
      </div>
    </>
  );
  if (onSubmit === undefined) return body;
  return (
    <form noValidate onSubmit={submit}>
      {body}
    </form>
  );
}

function FieldLink({ field, text }: { field: string; text: string }) {
  return (
    <a
      href={`#${field}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(field)?.focus();
      }}
    >
      {text}
    </a>
  );
}
