import type { CustomerProfileField } from '@nudgescribe/sdk';
import { CheckInput, SelectInput } from '../design/fields.tsx';
import { TYPE_LABELS } from '../fields/field-words.ts';
import { type Column, LEFT_OUT, NEW_FIELD } from './column.ts';
import { KindChoice } from './kind-choice.tsx';

/** One row a column of the file: what stands in it, and which field it fills. */
export function MappingTable(props: {
  columns: readonly Column[];
  fields: readonly CustomerProfileField[];
  mayMakeFields: boolean;
  onChange(columns: Column[]): void;
}) {
  const change = (index: number, part: Partial<Column>) =>
    props.onChange(props.columns.map((column, at) => (at === index ? { ...column, ...part } : column)));
  return (
    <div className="table-frame">
      <table className="table mapping">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Values in the file</th>
            <th scope="col">Goes into</th>
            <th scope="col">Kind</th>
            <th scope="col">Identifies a customer</th>
            <th scope="col">Personal</th>
            <th scope="col">Required</th>
          </tr>
        </thead>
        <tbody>
          {props.columns.map((column, index) => {
            const known = props.fields.find(({ field_name }) => field_name === column.target);
            const made = column.target === NEW_FIELD ? column.proposed : known;
            const editable = column.target === NEW_FIELD;
            return (
              <tr key={column.header}>
                <td>
                  <b>{column.header}</b>
                </td>
                <td className="muted small">{column.samples.slice(0, 3).join(' · ') || 'blank'}</td>
                <td>
                  <SelectInput
                    label={`Field for ${column.header}`}
                    labelHidden
                    value={column.target}
                    choices={[
                      ...(props.mayMakeFields
                        ? [{ value: NEW_FIELD, label: `New field: ${column.proposed.display_name}` }]
                        : []),
                      ...props.fields.map((field) => ({ value: field.field_name, label: field.display_name })),
                      { value: LEFT_OUT, label: 'Leave out' },
                    ]}
                    onChange={(target) => change(index, { target })}
                  />
                </td>
                <td>
                  {editable ? (
                    <KindChoice
                      header={column.header}
                      proposed={column.proposed}
                      onChange={(part) => change(index, { proposed: { ...column.proposed, ...part } })}
                    />
                  ) : made === undefined ? (
                    <span className="muted">–</span>
                  ) : (
                    <>
                      {TYPE_LABELS[made.field_type]}
                      {made.field_format !== null && <span className="muted"> {made.field_format}</span>}
                    </>
                  )}
                </td>
                <td>
                  {made !== undefined && (
                    <CheckInput
                      label=""
                      name={`${column.header} identifies a customer`}
                      checked={made.is_unique}
                      disabled={!editable}
                      onChange={(is_unique) =>
                        change(index, {
                          proposed: { ...column.proposed, is_unique, ...(is_unique ? { is_sensitive: true } : {}) },
                        })
                      }
                    />
                  )}
                </td>
                <td>
                  {made !== undefined && (
                    <CheckInput
                      label=""
                      name={`${column.header} is personal`}
                      checked={made.is_sensitive || made.is_unique}
                      disabled={!editable || made.is_unique}
                      onChange={(is_sensitive) => change(index, { proposed: { ...column.proposed, is_sensitive } })}
                    />
                  )}
                </td>
                <td>
                  {made !== undefined && (
                    <CheckInput
                      label=""
                      name={`${column.header} is required`}
                      checked={made.is_required}
                      disabled={!editable}
                      onChange={(is_required) => change(index, { proposed: { ...column.proposed, is_required } })}
                    />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
