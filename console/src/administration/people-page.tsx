import { People } from './people.tsx';
import { SecondFactorRule } from './second-factor-rule.tsx';

/** Who may sign in, and what everybody must have to. */
export function PeoplePage() {
  return (
    <div className="stack">
      <People />
      <SecondFactorRule />
    </div>
  );
}
