import { createContext, type ReactNode, useContext } from 'react';

const CoveredContext = createContext(false);

/** A page that another one covers for a while: it is not shown, and keeps what was typed for when it is uncovered. */
export function Covered({ when, children }: { when: boolean; children: ReactNode }) {
  return (
    <CoveredContext value={when}>
      <div hidden={when}>{children}</div>
    </CoveredContext>
  );
}

/** Whether something covers what is drawn here: then it may neither take the focus nor name the tab. */
export function useCovered(): boolean {
  return useContext(CoveredContext);
}
