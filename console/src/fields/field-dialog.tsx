import type { CustomerProfileField, FieldsChangeBody, ValidationRules } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { CheckInput, SelectInput, TextInput } from '../design/fields.tsx';
import { Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { type FieldType, TYPE_LABELS } from './field-words.ts';
import { RuleInputs } from './rule-inputs.tsx';

const TYPES = (Object.keys(TYPE_LABELS) as FieldType[]).map((value) => ({ value, label: TYPE_LABELS[value] }));

/** Makes a field, or changes what may change of one. Name, kind and being an identifier are for good. */
export function FieldDialog(props: { workspaceId: string; field: CustomerProfileField | null; onClose(): void }) {
  const { workspaceId, field, onClose } = props;
  const queries = useQueryClient();
  const tell = useTell();
  const [name, setName] = useState(field?.field_name ?? '');
  const [label, setLabel] = useState(field?.display_name ?? '');
  const [type, setType] = useState<FieldType>(field?.field_type ?? 'string');
  const [format, setFormat] = useState(field?.field_format ?? '');
  const [options, setOptions] = useState((field?.options ?? []).join('\n'));
  const [required, setRequired] = useState(field?.is_required ?? false);
  const [unique, setUnique] = useState(field?.is_unique ?? false);
  const [personal, setPersonal] = useState(field?.is_sensitive ?? true);
  const [rules, setRules] = useState<ValidationRules>(field?.validation_rules ?? {});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const formats = useQuery({
    queryKey: ['formats', workspaceId],
    queryFn: () => client.fields.formats({ workspace_id: workspaceId }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const formatChoices = (type === 'Date' ? formats.data?.date_formats : formats.data?.currencies) ?? [];
  const hasFormat = type === 'Date' || type === 'currency';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const list = options
      .split('\n')
      .map((option) => option.trim())
      .filter((option) => option !== '');
    try {
      if (field === null)
        await client.fields.create({
          workspace_id: workspaceId,
          field_name: name,
          field_type: type,
          ...(label.trim() === '' ? {} : { display_name: label }),
          ...(hasFormat ? { field_format: format === '' ? (formatChoices[0] ?? '') : format } : {}),
          ...(type === 'enum' ? { options: list } : {}),
          is_required: required,
          is_unique: unique,
          is_sensitive: personal || unique,
          ...(Object.keys(rules).length === 0 ? {} : { validation_rules: rules }),
        });
      else {
        const change: FieldsChangeBody = {
          workspace_id: workspaceId,
          customer_profile_field_id: field.customer_profile_field_id,
          display_name: label,
          is_required: required,
          validation_rules: Object.keys(rules).length === 0 ? null : rules,
        };
        if (personal !== field.is_sensitive) change.is_sensitive = personal;
        if (type === 'Date' && format !== field.field_format) change.field_format = format;
        if (type === 'enum') change.options = list;
        await client.fields.change(change);
      }
      await queries.invalidateQueries({ queryKey: ['fields', workspaceId] });
      tell(field === null ? 'The field is made.' : 'The field is changed.');
      onClose();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={field === null ? 'New field' : `Edit ${field.display_name}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <div className="columns-2">
          <TextInput
            label="Name"
            value={name}
            onChange={setName}
            disabled={field !== null}
            required
            autoFocus={field === null}
            hint="Letters, digits and _; the header in files and the tag in messages."
            maxLength={64}
          />
          <TextInput label="Shown as" value={label} onChange={setLabel} maxLength={100} />
          <SelectInput
            label="Kind"
            value={type}
            choices={TYPES}
            disabled={field !== null}
            onChange={(value) => {
              setType(value as FieldType);
              setFormat('');
              setRules({});
            }}
          />
          {hasFormat && (
            <SelectInput
              label={type === 'Date' ? 'Written as' : 'Currency'}
              value={format === '' ? (formatChoices[0] ?? '') : format}
              choices={formatChoices.map((value) => ({ value, label: value }))}
              disabled={field !== null && type === 'currency'}
              onChange={setFormat}
            />
          )}
        </div>
        {type === 'enum' && (
          <TextInput
            label="Allowed values"
            hint="One a line."
            rows={4}
            value={options}
            onChange={setOptions}
            required
          />
        )}
        <RuleInputs type={type} rules={rules} onChange={setRules} />
        <div className="stack-tight">
          <CheckInput label="Every customer must have it" checked={required} onChange={setRequired} />
          <CheckInput
            label="Identifies a customer: records match by it, and it stands in published files"
            checked={unique}
            disabled={field !== null}
            onChange={setUnique}
          />
          <CheckInput
            label="Personal: sealed, never in segments, never sent to a writer"
            checked={personal || unique}
            disabled={unique}
            onChange={setPersonal}
          />
        </div>
        {field !== null && personal !== field.is_sensitive && (
          <Notice kind="warn">
            Stored values are moved in the background. Until that is done, no campaign can make segments by this field.
          </Notice>
        )}
        <div className="modal-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {field === null ? 'Make the field' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
