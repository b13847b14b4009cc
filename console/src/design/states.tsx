import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { explain, isForbidden } from '../api/explain.ts';
import { Button } from './button.tsx';

/** What a list shows when there is nothing in it: what would be here, and how it gets here. */
export function Empty(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="state">
      <h2>{props.title}</h2>
      {props.children !== undefined && <p>{props.children}</p>}
      {props.action}
    </div>
  );
}

export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <div className="state" role="status">
      <p>{what} …</p>
    </div>
  );
}

export function NoPermission({ what = 'see this' }: { what?: string }) {
  return (
    <div className="state">
      <h2>Your role does not allow this</h2>
      <p>You may not {what}. An administrator of the account can change your role under Administration.</p>
    </div>
  );
}

export function Failed(props: { error: unknown; retry?: (() => void) | undefined }) {
  if (isForbidden(props.error)) return <NoPermission />;
  return (
    <div className="state" role="alert">
      <h2>This could not be loaded</h2>
      <p>{explain(props.error)}</p>
      {props.retry !== undefined && <Button onPress={props.retry}>Try again</Button>}
    </div>
  );
}

/** Shows what a query gives, or why it gives nothing yet. */
export function Loaded<T>(props: { query: UseQueryResult<T>; what?: string; children(data: T): ReactNode }) {
  const { query } = props;
  if (query.data !== undefined) return props.children(query.data);
  if (query.error !== null) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return props.what === undefined ? <Loading /> : <Loading what={props.what} />;
}

export function Notice(props: { kind?: 'plain' | 'good' | 'warn' | 'bad'; children: ReactNode }) {
  const kind = props.kind ?? 'plain';
  return (
    <div className={kind === 'plain' ? 'notice' : `notice notice-${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {props.children}
    </div>
  );
}
