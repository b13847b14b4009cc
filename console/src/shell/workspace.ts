import { useParams } from '@tanstack/react-router';
import { useMay, useSession } from '../session/session-context.tsx';

/** The workspace that the address names, and what the user may do in it. */
export function useWorkspace() {
  const { workspaceId } = useParams({ from: '/w/$workspaceId' });
  const { session } = useSession();
  const may = useMay();
  const workspace = session.workspaces.find((one) => one.workspace_id === workspaceId);
  return {
    workspaceId,
    workspaceName: workspace?.workspace_name ?? '',
    may: (permission: string) => may(permission, workspaceId),
  };
}
