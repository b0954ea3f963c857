import { Component, type ReactNode } from 'react';
import { Translation } from 'react-i18next';
import { SimplePage } from './simple-page.tsx';

/** Catches what no page foresaw, also a chunk that an update of the server has replaced: loading again mends both. */
export class CrashGuard extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    return (
      <Translation>
        {(t) => (
          <SimplePage
            title={t('trouble.crash.title')}
            paragraphs={[t('trouble.crash.text')]}
            action={{ label: t('action.reload'), onPress: () => window.location.reload() }}
          />
        )}
      </Translation>
    );
  }
}
