import { Link, Outlet } from '@tanstack/react-router';
import { PageHead } from '../design/page.tsx';
import { useMay } from '../session/session-context.tsx';

/** What concerns the whole account. Each part is shown to those whose role lets them see it. */
export function AdministrationPage() {
  const may = useMay();
  return (
    <>
      <PageHead title="Administration" lead="People, keys and rules of the whole account." />
      <nav className="tabs" aria-label="Administration">
        <Link className="tab" to="/administration" activeOptions={{ exact: true }}>
          Workspaces
        </Link>
        {may('users.read') && (
          <Link className="tab" to="/administration/people">
            People
          </Link>
        )}
        {may('users.read') && (
          <Link className="tab" to="/administration/roles">
            Roles
          </Link>
        )}
        {may('api_keys.read') && (
          <Link className="tab" to="/administration/keys">
            API keys
          </Link>
        )}
        {may('audit.read') && (
          <Link className="tab" to="/administration/audit">
            Audit log
          </Link>
        )}
        <Link className="tab" to="/administration/system">
          System
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
