import { Link } from '@tanstack/react-router';
import { useMay } from '../session/session-context.tsx';

/** The places of the application that the user's role lets them see. */
export function Navigation({ workspaceId }: { workspaceId: string | undefined }) {
  const may = useMay();
  const exact = { exact: true };
  return (
    <nav className="nav" aria-label="Main">
      {workspaceId !== undefined && (
        <>
          <Link to="/w/$workspaceId" params={{ workspaceId }} activeOptions={exact}>
            Overview
          </Link>
          <span className="nav-title">Customers</span>
          <Link to="/w/$workspaceId/groups" params={{ workspaceId }}>
            Groups
          </Link>
          <Link to="/w/$workspaceId/imports" params={{ workspaceId }}>
            Imports
          </Link>
          <Link to="/w/$workspaceId/fields" params={{ workspaceId }}>
            Fields
          </Link>
          <span className="nav-title">Messages</span>
          <Link to="/w/$workspaceId/campaigns" params={{ workspaceId }}>
            Campaigns
          </Link>
        </>
      )}
      <span className="nav-title">Account</span>
      {(may('users.read') || may('audit.read') || may('workspaces.read')) && (
        <Link to="/administration">Administration</Link>
      )}
      <Link to="/account">Your account</Link>
    </nav>
  );
}
