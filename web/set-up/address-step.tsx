import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetUpAnswers, ShownDirectory } from '../../shared/api/set-up.ts';
import { Notice } from '../ui/notice.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextArea } from '../ui/text-area.tsx';
import { TextField } from '../ui/text-field.tsx';
import { FoundCertificates } from './found-certificates.tsx';
import { FoundServers } from './found-servers.tsx';
import { setUpApi } from './set-up-api.ts';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

type Directory = NonNullable<SetUpAnswers['directory']>;
const KINDS = ['active-directory', 'openldap', '389ds'] as const;
const ADDRESS = 'set-up-address';
const TRUST = 'set-up-trust';
const AUTHORITY = 'set-up-authority';

/** Whether the certificate is refused because of who signed it, which can be put right here. */
const isOfAuthority = ({ trust }: ShownDirectory) => trust?.code === 'directory.tls-unknown-ca';

/** The address alone; then what was found behind it, to be confirmed. */
export function AddressStep(props: StepProps) {
  const { t } = useTranslation('set-up');
  const { setUp, progress, onNext, onBack } = props;
  const known = setUp.answers.directory;
  const step = useStep(props);
  const [address, setAddress] = useState(known?.servers[0] ?? '');
  const [authority, setAuthority] = useState(known?.authority ?? '');
  const [found, setFound] = useState<ShownDirectory>();
  /** The authority that was there when it was found. */
  const [lookedWith, setLookedWith] = useState('');
  const [trusts, setTrusts] = useState(false);
  const [kind, setKind] = useState<string>(known?.kind ?? '');
  const [baseDn, setBaseDn] = useState(known?.baseDn ?? '');
  const [groupBaseDn, setGroupBaseDn] = useState(known?.groupBaseDn ?? '');

  const isFound = found !== undefined && found.chain.length > 0;
  /** Another directory has its people elsewhere, and another authority. */
  const changeAddress = (next: string) => {
    setAddress(next);
    setAuthority('');
    setBaseDn('');
    setGroupBaseDn('');
  };

  const look = async (): Promise<ShownDirectory | undefined> => {
    if (address.trim() === '') {
      step.setMistakes([{ text: t('address.missing'), field: ADDRESS }]);
      return undefined;
    }
    // What was found before is not what is behind this address.
    if (!isFound) setFound(undefined);
    const answer = await step.ask(() => setUpApi.look(address.trim(), authority.trim() === '' ? undefined : authority));
    if (answer === undefined) return undefined;
    const { value } = answer;
    setFound(value);
    setLookedWith(authority);
    setTrusts(false);
    setKind(value.kind ?? known?.kind ?? '');
    if (baseDn === '') setBaseDn(value.namingContexts[0] ?? '');
    if (value.chain.length === 0) step.setMistakes([{ text: t('found.nobody'), field: ADDRESS }]);
    return value;
  };
  const goOn = async () => {
    if (found === undefined || found.chain.length === 0) return void (await look());
    // An authority that was pasted since has to be tried: a server that keeps its own back is trusted by no other way.
    const seen = authority === lookedWith ? found : await look();
    if (seen === undefined || seen.chain.length === 0) return;
    const isTrusted = seen.trust === null || (seen.authority !== null && trusts);
    if (!isTrusted) {
      if (seen.authority !== null) return step.setMistakes([{ text: t('found.trust.missing'), field: TRUST }]);
      // Another authority mends nothing where the server is known to be at fault.
      if (!isOfAuthority(seen)) return step.setMistakes([{ text: t('found.mend-first') }]);
      const text = authority.trim() === '' ? t('found.no-authority') : t('found.untrusted.still');
      return step.setMistakes([{ text, field: AUTHORITY }]);
    }
    const answering = seen.servers.filter(({ trouble }) => trouble === null);
    const directory: Directory = {
      kind: kind as Directory['kind'],
      servers: [...answering, ...seen.servers.filter(({ trouble }) => trouble !== null)].map(({ url }) => url),
      startTls: seen.servers.some(({ startTls }) => startTls),
      authority: seen.trust !== null && seen.authority !== null ? seen.authority.pem : authority.trim() === '' ? null : authority,
      ...{ baseDn: baseDn.trim(), groupBaseDn: groupBaseDn.trim(), account: known?.account ?? '' },
    };
    if ((await step.save({ directory })) !== undefined) onNext();
  };
  const isOther = found?.kind === 'ldap';
  return (
    <StepForm
      title={t(isFound ? 'found.title' : 'address.title')}
      progress={progress}
      step={step}
      submit={t(isFound && !isOther ? 'next' : 'address.button')}
      onSubmit={() => void (isOther ? look() : goOn())}
      onBack={isFound ? () => setFound(undefined) : onBack}
    >
      {!isFound && (
        <TextField
          id={ADDRESS}
          label={t('address.label')}
          hint={t('address.hint')}
          error={errorOf(step.mistakes, ADDRESS)}
          value={address}
          onChange={changeAddress}
          autoComplete="off"
        />
      )}
      {found !== undefined && !isFound && found.servers.length > 0 && <FoundServers found={found} />}
      {isFound && (
        <>
          <FoundServers found={found} />
          <FoundCertificates id={TRUST} found={found} isPinned={lookedWith.trim() !== ''} trusts={trusts} onTrust={setTrusts} />
          {isOfAuthority(found) && found.authority === null && (
            <TextArea
              id={AUTHORITY}
              label={t('found.authority')}
              error={errorOf(step.mistakes, AUTHORITY)}
              value={authority}
              onChange={setAuthority}
            />
          )}
          {isOther ? (
            <Notice tone="warning">{t('found.kind.ldap')}</Notice>
          ) : (
            <>
              <SelectField
                id="set-up-kind"
                label={t('found.kind')}
                {...(found.kind === null ? { hint: t('found.kind.unknown') } : {})}
                value={kind}
                {...(kind === '' ? { empty: '…' } : {})}
                options={KINDS.map((value) => ({ value, label: t(`found.kind.${value}`) }))}
                onChange={setKind}
              />
              <TextField
                id="set-up-base"
                label={t('found.base')}
                hint={t('found.base.hint')}
                value={baseDn}
                onChange={setBaseDn}
                autoComplete="off"
              />
              <TextField
                id="set-up-groups"
                label={t('found.groups')}
                hint={t('found.groups.hint')}
                value={groupBaseDn}
                onChange={setGroupBaseDn}
                autoComplete="off"
              />
            </>
          )}
        </>
      )}
    </StepForm>
  );
}
