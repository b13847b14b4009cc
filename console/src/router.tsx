import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router';
import { Empty, Failed } from './design/states.tsx';
import { useSession } from './session/session-context.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Empty title="There is no such page">The address may be mistyped, or what it named is gone.</Empty>
  ),
  errorComponent: ({ error }) => <Failed error={error} />,
});

/** To the first workspace there is. */
function Home() {
  const { session } = useSession();
  const first = session.workspaces[0];
  if (first === undefined)
    return <Empty title="No workspace yet">An administrator of the account can give you a role in one.</Empty>;
  return <Navigate to="/w/$workspaceId" params={{ workspaceId: first.workspace_id }} replace />;
}

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const workspace = createRoute({ getParentRoute: () => root, path: '/w/$workspaceId' });
const inWorkspace = { getParentRoute: () => workspace } as const;

const overview = createRoute({
  ...inWorkspace,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
});
const welcome = createRoute({
  ...inWorkspace,
  path: 'welcome',
  component: lazyRouteComponent(() => import('./welcome/welcome-page.tsx'), 'WelcomePage'),
});
const groups = createRoute({
  ...inWorkspace,
  path: 'groups',
  component: lazyRouteComponent(() => import('./customers/groups-page.tsx'), 'GroupsPage'),
});
const group = createRoute({
  ...inWorkspace,
  path: 'groups/$groupId',
  component: lazyRouteComponent(() => import('./customers/group-page.tsx'), 'GroupPage'),
});
const imports = createRoute({
  ...inWorkspace,
  path: 'imports',
  component: lazyRouteComponent(() => import('./imports/imports-page.tsx'), 'ImportsPage'),
});
const newImport = createRoute({
  ...inWorkspace,
  path: 'imports/new',
  validateSearch: (search): { group?: string } => (typeof search.group === 'string' ? { group: search.group } : {}),
  component: lazyRouteComponent(() => import('./imports/new-import-page.tsx'), 'NewImportPage'),
});
const oneImport = createRoute({
  ...inWorkspace,
  path: 'imports/$importId',
  component: lazyRouteComponent(() => import('./imports/import-page.tsx'), 'ImportPage'),
});
const fields = createRoute({
  ...inWorkspace,
  path: 'fields',
  component: lazyRouteComponent(() => import('./fields/fields-page.tsx'), 'FieldsPage'),
});
const campaigns = createRoute({
  ...inWorkspace,
  path: 'campaigns',
  component: lazyRouteComponent(() => import('./campaigns/campaigns-page.tsx'), 'CampaignsPage'),
});
const newCampaign = createRoute({
  ...inWorkspace,
  path: 'campaigns/new',
  component: lazyRouteComponent(() => import('./campaigns/new-campaign-page.tsx'), 'NewCampaignPage'),
});
const campaign = createRoute({
  ...inWorkspace,
  path: 'campaigns/$campaignId',
  component: lazyRouteComponent(() => import('./campaigns/campaign-page.tsx'), 'CampaignPage'),
});
const campaignHome = createRoute({
  getParentRoute: () => campaign,
  path: '/',
  component: lazyRouteComponent(() => import('./campaigns/campaign-home.tsx'), 'CampaignHome'),
});
const review = createRoute({
  getParentRoute: () => campaign,
  path: 'review',
  component: lazyRouteComponent(() => import('./review/review-page.tsx'), 'ReviewPage'),
});
const files = createRoute({
  getParentRoute: () => campaign,
  path: 'files',
  component: lazyRouteComponent(() => import('./files/files-page.tsx'), 'FilesPage'),
});
const runs = createRoute({
  getParentRoute: () => campaign,
  path: 'runs',
  component: lazyRouteComponent(() => import('./files/runs-page.tsx'), 'RunsPage'),
});
const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
});
const administration = createRoute({
  getParentRoute: () => root,
  path: '/administration',
  component: lazyRouteComponent(() => import('./administration/administration-page.tsx'), 'AdministrationPage'),
});
const inAdministration = { getParentRoute: () => administration } as const;
const workspaces = createRoute({
  ...inAdministration,
  path: '/',
  component: lazyRouteComponent(() => import('./administration/workspaces.tsx'), 'Workspaces'),
});
const people = createRoute({
  ...inAdministration,
  path: 'people',
  component: lazyRouteComponent(() => import('./administration/people-page.tsx'), 'PeoplePage'),
});
const keys = createRoute({
  ...inAdministration,
  path: 'keys',
  component: lazyRouteComponent(() => import('./administration/keys.tsx'), 'Keys'),
});
const roles = createRoute({
  ...inAdministration,
  path: 'roles',
  component: lazyRouteComponent(() => import('./administration/roles.tsx'), 'Roles'),
});
const audit = createRoute({
  ...inAdministration,
  path: 'audit',
  component: lazyRouteComponent(() => import('./administration/audit.tsx'), 'Audit'),
});
const system = createRoute({
  ...inAdministration,
  path: 'system',
  component: lazyRouteComponent(() => import('./administration/system.tsx'), 'System'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    workspace.addChildren([
      overview,
      welcome,
      groups,
      group,
      imports,
      newImport,
      oneImport,
      fields,
      campaigns,
      newCampaign,
      campaign.addChildren([campaignHome, review, files, runs]),
    ]),
    account,
    administration.addChildren([workspaces, people, roles, keys, audit, system]),
  ]),
  defaultPreload: false,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
