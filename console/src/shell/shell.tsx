import { Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { SelectInput } from '../design/fields.tsx';
import iconUrl from '../design/icon.svg';
import { Empty } from '../design/states.tsx';
import { DropAnywhere } from '../imports/drop-anywhere.tsx';
import { useSession } from '../session/session-context.tsx';
import { Navigation } from './navigation.tsx';
import { chooseTheme, chosenTheme, type Theme } from './theme.ts';

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(chosenTheme());
  return (
    <SelectInput
      label="Appearance"
      value={theme}
      choices={THEMES}
      onChange={(value) => {
        chooseTheme(value as Theme);
        setTheme(value as Theme);
      }}
    />
  );
}

function WorkspaceChoice({ workspaceId }: { workspaceId: string | undefined }) {
  const { session } = useSession();
  const navigate = useNavigate();
  if (session.workspaces.length === 0) return null;
  const choices = session.workspaces.map((one) => ({ value: one.workspace_id, label: one.workspace_name }));
  return (
    <SelectInput
      label="Workspace"
      value={workspaceId ?? choices[0]?.value ?? ''}
      choices={choices}
      onChange={(value) => void navigate({ to: '/w/$workspaceId', params: { workspaceId: value } })}
    />
  );
}

/** What surrounds every page: where one is, where one can go, and what is dropped anywhere. */
export function Shell() {
  const { session, signOut } = useSession();
  const { workspaceId: named } = useParams({ strict: false });
  const known = session.workspaces.some((one) => one.workspace_id === named);
  const workspaceId = named ?? session.workspaces[0]?.workspace_id;
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    // After a change of page the next Tab begins at its content, and a screen reader reads it; not on the first load.
    if (first.current) first.current = false;
    else if (pathname !== '') main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="side">
        <Link to="/" className="brand">
          <img src={iconUrl} width="24" height="24" alt="" />
          Nudgescribe
        </Link>
        <WorkspaceChoice workspaceId={workspaceId} />
        <Navigation workspaceId={workspaceId} />
        <div className="side-foot">
          <ThemeChoice />
          <Button small onPress={() => void signOut()}>
            Sign out
          </Button>
        </div>
      </header>
      <main className="main" id="main" ref={main} tabIndex={-1}>
        {named !== undefined && !known ? (
          <Empty title="There is no such workspace">It was deleted, or you have no role in it.</Empty>
        ) : (
          <Outlet />
        )}
      </main>
      {workspaceId !== undefined && <DropAnywhere workspaceId={workspaceId} />}
    </div>
  );
}
