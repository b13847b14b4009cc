import type { ReactNode } from 'react';
import { Button } from './button.tsx';

/** A column's heading; with `number` it stands over figures. */
export type Column = string | { heading: string; number: true };

/** A table that scrolls by itself where it is wider than its place. `actions` is for a last column of buttons. */
export function Table(props: { columns: readonly Column[]; actions?: boolean; children: ReactNode }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            {props.columns.map((column) =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.heading} scope="col" className="number">
                  {column.heading}
                </th>
              ),
            )}
            {props.actions === true && (
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** A quiet button in a row; `label` says also what of: "Edit Ada". */
export function RowButton(props: { label: string; onPress(): void; children: string }) {
  return (
    <Button small look="quiet" aria-label={props.label} onPress={props.onPress}>
      {props.children}
    </Button>
  );
}
