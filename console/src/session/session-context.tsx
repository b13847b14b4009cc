import { createContext, type ReactNode, useContext } from 'react';
import type { Session } from './session.ts';

type Held = { session: Session; signOut(): Promise<void>; reload(): Promise<void> };

const SessionContext = createContext<Held | null>(null);

export function SessionProvider(props: { value: Held; children: ReactNode }) {
  return <SessionContext value={props.value}>{props.children}</SessionContext>;
}

export function useSession(): Held {
  const held = useContext(SessionContext);
  if (held === null) throw new Error('This part of the console is shown to signed-in users only.');
  return held;
}

/** Whether the signed-in user may do this: in the account, or in a workspace when one is named. */
export function useMay(): (permission: string, workspaceId?: string) => boolean {
  const { session } = useSession();
  return (permission, workspaceId) => {
    if (workspaceId === undefined) return session.permissions.includes(permission);
    const workspace = session.workspaces.find((one) => one.workspace_id === workspaceId);
    return workspace?.permissions.includes(permission) ?? false;
  };
}
