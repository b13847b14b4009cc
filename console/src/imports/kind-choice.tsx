import type { ProposedField } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { SelectInput } from '../design/fields.tsx';
import { Badge } from '../design/page.tsx';
import { type FieldType, TYPE_LABELS } from '../fields/field-words.ts';
import { useWorkspace } from '../shell/workspace.ts';

/** What kind of field is made of a column, and how its dates or amounts are written. The dry run says whether it fits. */
export function KindChoice(props: {
  header: string;
  proposed: ProposedField;
  onChange(part: Partial<ProposedField>): void;
}) {
  const { header, proposed, onChange } = props;
  const { workspaceId } = useWorkspace();
  const { data } = useQuery({
    queryKey: ['formats', workspaceId],
    queryFn: () => client.fields.formats({ workspace_id: workspaceId }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const formatsOf = (type: FieldType) =>
    (type === 'Date' ? data?.date_formats : type === 'currency' ? data?.currencies : undefined) ?? [];
  // A list of allowed values is proposed or made by hand under Fields: there is nothing to choose it from here.
  const types = (Object.keys(TYPE_LABELS) as FieldType[]).filter(
    (type) => type !== 'enum' || proposed.options !== null,
  );
  const formats = formatsOf(proposed.field_type);
  return (
    <div className="stack-tight">
      <SelectInput
        label={`Kind of ${header}`}
        labelHidden
        value={proposed.field_type}
        choices={types.map((value) => ({ value, label: TYPE_LABELS[value] }))}
        onChange={(value) => {
          const type = value as FieldType;
          onChange({ field_type: type, field_format: formatsOf(type)[0] ?? null, validation_rules: null });
        }}
      />
      {formats.length > 0 && (
        <SelectInput
          label={`How ${header} is written`}
          labelHidden
          value={proposed.field_format ?? ''}
          choices={formats.map((value) => ({ value, label: value }))}
          onChange={(field_format) => onChange({ field_format, is_ambiguous: false })}
        />
      )}
      {proposed.field_type === 'Date' && proposed.is_ambiguous && <Badge tone="warn">day or month first?</Badge>}
    </div>
  );
}
