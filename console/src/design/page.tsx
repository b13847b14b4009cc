import { type ReactNode, useEffect } from 'react';

/** A page's head: its one h1, a line about it, what can be done here. Its title goes to the browser's tab too. */
export function PageHead(props: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} · Nudgescribe`;
  }, [props.title]);
  return (
    <header className="page-head">
      <div className="stack-tight">
        <h1>{props.title}</h1>
        {props.lead !== undefined && <p>{props.lead}</p>}
      </div>
      {props.actions !== undefined && <div className="row">{props.actions}</div>}
    </header>
  );
}

export function Card(props: {
  title?: string;
  aside?: ReactNode;
  flush?: boolean;
  children: ReactNode;
  label?: string;
}) {
  const head = props.title !== undefined && (
    <div className={props.flush === true ? 'row-spread card-head' : 'row-spread'}>
      <h2>{props.title}</h2>
      {props.aside}
    </div>
  );
  return (
    <section
      className={props.flush === true ? 'card card-flush' : 'card stack'}
      aria-label={props.label ?? props.title}
    >
      {head}
      {props.children}
    </section>
  );
}

export function Stat(props: { value: ReactNode; label: string }) {
  return (
    <div className="stat">
      <b>{props.value}</b>
      <span>{props.label}</span>
    </div>
  );
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

export function Badge(props: { tone?: Tone; children: ReactNode }) {
  const tone = props.tone ?? 'plain';
  return <span className={tone === 'plain' ? 'badge' : `badge badge-${tone}`}>{props.children}</span>;
}
