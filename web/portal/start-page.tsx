import type { Goal } from '../../shared/api/journeys.ts';
import type { Site } from '../../shared/api/site.ts';
import type { OpenStep } from '../api.ts';
import { AccountPage } from './account-page.tsx';
import { GoalPage } from './goal-page.tsx';

interface StartPageProps {
  site: Site;
  search: string;
  go: (to: string) => void;
  onOpened: (step: OpenStep) => void;
}

/** Two questions, one a page: what is needed, then for which account. The goal is in the address, so that it can be linked to. */
export function StartPage({ site, search, go, onOpened }: StartPageProps) {
  const wanted = new URLSearchParams(search).get('goal');
  const only = site.goals.length === 1 ? site.goals[0] : undefined;
  const goal = only ?? site.goals.find((each) => each === wanted);
  const toGoal = (chosen: Goal) => go(`/?goal=${chosen}`);
  if (goal === undefined) {
    const more = { ...(site.signIn ? { onSignIn: () => go('/me') } : {}), ...(site.calls ? { onCall: () => go('/call') } : {}) };
    return <GoalPage goals={site.goals} onChosen={toGoal} {...more} />;
  }
  return (
    <AccountPage
      key={goal}
      goal={goal}
      byPasskey={site.goalsByPasskey.some((each) => each === goal)}
      onOpened={onOpened}
      {...(only === undefined ? { onBack: () => go('/') } : {})}
    />
  );
}
