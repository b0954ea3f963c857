import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckedConfiguration, ShownConfiguration, ShownProblem } from '../../shared/api/configuration.ts';
import type { InstallationPermission } from '../../shared/permissions.ts';
import { useLoaded } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { adminApi } from './admin-api.ts';
import { ReviewPage } from './configuration/review-page.tsx';
import { SectionPage } from './configuration/section-page.tsx';
import { SectionsPage } from './configuration/sections-page.tsx';
import { SchemaContext } from './configuration/setting-context.ts';
import { isGroup, type Json, type SettingSchema } from './configuration/setting-schema.ts';
import { VersionPage, VersionsPage } from './configuration/versions-page.tsx';

interface ConfigurationProps {
  contact: string;
  may: readonly InstallationPermission[];
  search: string;
  /** Kept by who shows this page: going elsewhere loses nothing of it. */
  draft: Draft | undefined;
  setDraft: (draft: Draft | undefined) => void;
  go: (to: string) => void;
  onApplied: () => void;
  onBack: () => void;
  onOver: () => void;
}

/** What is being made of a version. */
export interface Draft {
  document: Json;
  base: number;
}

const HOME = '/admin?page=configuration';

/** The configuration: read, changed, and put into force after a look at what that does. */
export function ConfigurationPage(props: ConfigurationProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const shown = useLoaded(adminApi.configuration, props.onOver);
  const schema = useLoaded(adminApi.schema, props.onOver);
  const failure = shown.failure ?? schema.failure;
  if (failure !== undefined) {
    const retry = { label: portal('action.try-again'), onPress: () => void Promise.all([shown.load(), schema.load()]) };
    const back = { label: portal('action.back'), onPress: props.onBack };
    return <SimplePage title={t('configuration.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} other={back} />;
  }
  if (shown.value === undefined || schema.value === undefined) return <Skeleton />;
  return (
    <SchemaContext value={schema.value}>
      <Editor {...props} shown={shown.value} schema={schema.value} load={shown.load} />
    </SchemaContext>
  );
}

interface EditorProps extends ConfigurationProps {
  shown: ShownConfiguration;
  schema: SettingSchema;
  load: () => Promise<void>;
}

function Editor({ contact, may, search, draft, setDraft, go, onApplied, onBack, onOver, shown, schema, load }: EditorProps) {
  const { t } = useTranslation('admin');
  const [problems, setProblems] = useState<readonly ShownProblem[]>([]);
  const [comment, setComment] = useState('');
  const onJudged = useCallback((judged: CheckedConfiguration) => setProblems(judged.problems), []);
  const inForce = shown.document as Json;
  const { document, base } = draft ?? { document: inForce, base: shown.version };
  const sections = isGroup(document) ? document : {};
  const before = isGroup(inForce) ? inForce : {};
  const names = Object.keys(schema.properties ?? {});
  const changed = draft === undefined ? [] : names.filter((name) => JSON.stringify(sections[name]) !== JSON.stringify(before[name]));
  const asked = new URLSearchParams(search);
  const toSections = () => go(HOME);
  const toSection = (name: string) => go(`${HOME}&section=${encodeURIComponent(name)}`);
  const edit = (next: Draft | undefined) => {
    setDraft(next);
    setProblems([]);
  };
  const afterwards = () => {
    edit(undefined);
    setComment('');
    void load();
    onApplied();
  };

  const section = asked.get('section');
  const part = section === null ? undefined : schema.properties?.[section];
  if (section !== null && part !== undefined) {
    const change = (value: Json | undefined) => {
      const { [section]: _, ...others } = sections;
      // What is changed keeps its place, so that a document reads as it did.
      setDraft({ base, document: value === undefined ? others : { ...sections, [section]: value } });
    };
    return (
      <SectionPage
        name={section}
        schema={part}
        value={sections[section]}
        inForce={before[section]}
        draft={draft}
        whole={{ document, base }}
        required={schema.required?.includes(section) === true}
        readOnly={shown.readOnly}
        problems={problems}
        contact={contact}
        onChange={change}
        onReview={() => go(`${HOME}&view=review`)}
        onBack={toSections}
        onOver={onOver}
      />
    );
  }
  const version = Number(asked.get('version') ?? Number.NaN);
  if (Number.isSafeInteger(version) && version > 0) {
    const bringBack = (old: Json) => {
      edit({ document: old, base: shown.version });
      setComment(t('versions.comment', { version }));
      go(`${HOME}&view=review`);
    };
    const mayBringBack = version !== shown.version && !shown.readOnly;
    const toVersions = () => go(`${HOME}&view=versions`);
    return <VersionPage version={version} onBringBack={mayBringBack ? bringBack : null} onBack={toVersions} onOver={onOver} />;
  }
  switch (asked.get('view')) {
    case 'versions':
      return <VersionsPage onVersion={(each) => go(`${HOME}&version=${each}`)} onBack={toSections} onOver={onOver} />;
    case 'review': {
      const goOn = (onto: number, merged: Json | undefined) => {
        edit(merged === undefined ? undefined : { document: merged, base: onto });
        void load();
        if (merged === undefined) toSections();
      };
      return (
        <ReviewPage
          document={document}
          base={base}
          may={may}
          contact={contact}
          comment={comment}
          onComment={setComment}
          onJudged={onJudged}
          onMend={(path) => toSection(/^[\w$-]+/.exec(path)?.[0] ?? '')}
          onOther={goOn}
          onApplied={({ version: next }) => {
            afterwards();
            go(`${HOME}&version=${next}`);
          }}
          onBack={toSections}
          onOver={onOver}
        />
      );
    }
    default:
      return (
        <SectionsPage
          shown={shown}
          schema={schema}
          changed={changed}
          onSection={toSection}
          onReview={() => go(`${HOME}&view=review`)}
          onDiscard={() => edit(undefined)}
          onVersions={() => go(`${HOME}&view=versions`)}
          onBack={onBack}
        />
      );
  }
}
