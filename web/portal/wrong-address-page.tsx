import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DEMO_PAGE, PAGES } from '../../shared/pages.ts';
import { Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';

const OWN: ReadonlySet<string> = new Set([...PAGES, DEMO_PAGE]);
const MOVED = 'keyturn-moved';

/**
 * The page was opened under a name at which nothing of it can work: the server takes requests from its own address alone. Goes there
 * by itself, once: should that address lead back here, a person has to press.
 */
export function WrongAddressPage({ publicUrl }: { publicUrl: string }) {
  const { t } = useTranslation();
  const [address] = useState(() => samePage(publicUrl));
  useEffect(() => {
    if (isFirstTime()) window.location.replace(address);
  }, [address]);
  return (
    <Question title={t('wrong-address.title')} icon="alert" tone="warning" focusOn="wrong-address">
      <Prose>
        <p>{t('wrong-address.text', { address: new URL(publicUrl).origin })}</p>
        <p>
          <a href={address} rel="noreferrer">
            {t('wrong-address.go')}
          </a>
        </p>
      </Prose>
    </Question>
  );
}

/** This page at the right address. Taken over piece by piece: the path of an address can look like another host. */
function samePage(publicUrl: string): string {
  const { pathname, search, hash } = window.location;
  const path = pathname.replace(/(.)\/+$/, '$1');
  const target = new URL('/', publicUrl);
  if (OWN.has(path)) Object.assign(target, { pathname: path, search, hash });
  return target.href;
}

function isFirstTime(): boolean {
  try {
    if (sessionStorage.getItem(MOVED) !== null) return false;
    sessionStorage.setItem(MOVED, 'true');
    return true;
  } catch {
    return false;
  }
}
