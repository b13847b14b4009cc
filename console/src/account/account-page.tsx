import { PageHead } from '../design/page.tsx';
import { useSession } from '../session/session-context.tsx';
import { PasswordCard } from './password-card.tsx';
import { SecondFactorCard } from './second-factor-card.tsx';
import { SessionsCard } from './sessions-card.tsx';

/** What concerns the person who is signed in: how they sign in, and where they are signed in. */
export function AccountPage() {
  const { session } = useSession();
  return (
    <>
      <PageHead title="Your account" lead={session.email} />
      <div className="stack">
        <div className="columns-2">
          <PasswordCard />
          <SecondFactorCard />
        </div>
        <SessionsCard />
      </div>
    </>
  );
}
