import type { CustomerProfileField } from '@nudgescribe/sdk';
import { Button } from '../design/button.tsx';
import { CheckInput, SelectInput, TextInput } from '../design/fields.tsx';
import { Card } from '../design/page.tsx';
import { RowButton } from '../design/table.tsx';
import { BandEditor } from './band-editor.tsx';
import type { Attribute, Draft, EligibleRule } from './draft.ts';

const isBanded = (field: CustomerProfileField | undefined) =>
  field !== undefined && ['number', 'currency', 'Date'].includes(field.field_type);

/** Who gets which text: attributes that make the segments, and who gets one at all. */
export function AudienceForm(props: {
  draft: Draft;
  fields: readonly CustomerProfileField[];
  onChange(part: Partial<Draft>): void;
}) {
  const { draft, fields, onChange } = props;
  const open = fields.filter((field) => !field.is_sensitive && !field.is_unique);
  const left = open.filter((field) => !draft.attributes.some(({ field_name }) => field_name === field.field_name));
  const setAttribute = (index: number, attribute: Attribute) =>
    onChange({ attributes: draft.attributes.map((one, at) => (at === index ? attribute : one)) });
  return (
    <Card title="Audience">
      {open.length === 0 && (
        <p className="muted">
          No field of this workspace may make segments: all are personal. Everybody gets the same text.
        </p>
      )}
      {draft.attributes.map((attribute, index) => {
        const field = fields.find(({ field_name }) => field_name === attribute.field_name);
        const name = field?.display_name ?? attribute.field_name;
        return (
          <div key={attribute.field_name} className="attribute">
            <div className="row-spread">
              <b>{name}</b>
              <RowButton
                label={`Leave out ${name}`}
                onPress={() => onChange({ attributes: draft.attributes.filter((_, at) => at !== index) })}
              >
                Leave out
              </RowButton>
            </div>
            {isBanded(field) && (
              <BandEditor
                name={name}
                isDate={field?.field_type === 'Date'}
                bands={attribute.bands ?? []}
                onChange={(bands) => {
                  const { bands: _before, ...rest } = attribute;
                  setAttribute(index, bands.length === 0 ? rest : { ...rest, bands });
                }}
              />
            )}
            {attribute.aliases !== undefined && (
              <p className="small muted">
                Joined:{' '}
                {Object.entries(
                  Object.groupBy(Object.keys(attribute.aliases), (value) => attribute.aliases?.[value] ?? ''),
                )
                  .map(([alias, values]) => `${values?.join(', ')} → ${alias}`)
                  .join(' · ')}
              </p>
            )}
          </div>
        );
      })}
      {left.length > 0 && (
        <div style={{ maxWidth: 320 }}>
          <SelectInput
            label="Make segments by"
            value=""
            choices={[
              { value: '', label: draft.attributes.length === 0 ? 'Choose a field' : 'And by …' },
              ...left.map((field) => ({ value: field.field_name, label: field.display_name })),
            ]}
            onChange={(field_name) => {
              if (field_name !== '') onChange({ attributes: [...draft.attributes, { field_name }] });
            }}
          />
        </div>
      )}
      <EligibleRules
        rules={draft.eligibleWhen}
        fields={fields}
        onChange={(eligibleWhen) => onChange({ eligibleWhen })}
      />
      <details>
        <summary>Small segments, variants, control group, columns of the files</summary>
        <div className="columns-2" style={{ marginTop: 12 }}>
          <TextInput
            label="Smallest segment"
            type="number"
            hint="Smaller ones are merged into broader ones."
            value={String(draft.minSegmentSize)}
            onChange={(value) => onChange({ minSegmentSize: Math.max(1, Math.floor(Number(value) || 1)) })}
          />
          <TextInput
            label="Variants of each text"
            type="number"
            hint="1 to 5; customers are spread over them evenly."
            value={String(draft.variants)}
            onChange={(value) => onChange({ variants: Math.min(5, Math.max(1, Math.floor(Number(value) || 1))) })}
          />
          <TextInput
            label="Held out, percent"
            type="number"
            hint="A control group that gets no message."
            value={String(draft.holdout)}
            onChange={(value) => onChange({ holdout: Math.min(50, Math.max(0, Math.floor(Number(value) || 0))) })}
          />
          <fieldset className="stack-tight">
            <legend className="field-label">In the files beside identifiers</legend>
            {fields
              .filter((field) => !field.is_unique)
              .map((field) => (
                <CheckInput
                  key={field.field_name}
                  label={field.display_name}
                  checked={draft.exportFields.includes(field.field_name)}
                  onChange={(on) =>
                    onChange({
                      exportFields: on
                        ? [...draft.exportFields, field.field_name]
                        : draft.exportFields.filter((one) => one !== field.field_name),
                    })
                  }
                />
              ))}
          </fieldset>
        </div>
      </details>
    </Card>
  );
}

const OPS = [
  { value: 'is', label: 'is' },
  { value: 'is_not', label: 'is not' },
  { value: 'is_not_blank', label: 'is there' },
  { value: 'is_blank', label: 'is blank' },
  { value: 'at_least', label: 'is at least' },
  { value: 'at_most', label: 'is at most' },
];

const takesValue = (op: EligibleRule['op']) => op !== 'is_blank' && op !== 'is_not_blank';

function EligibleRules(props: {
  rules: EligibleRule[];
  fields: readonly CustomerProfileField[];
  onChange(rules: EligibleRule[]): void;
}) {
  const { rules, onChange } = props;
  const set = (index: number, rule: EligibleRule) => onChange(rules.map((one, at) => (at === index ? rule : one)));
  return (
    <fieldset className="stack-tight">
      <legend className="field-label">Only customers with</legend>
      {rules.map((rule, index) => (
        <div key={index.toString()} className="row">
          <SelectInput
            label={`Field of rule ${index + 1}`}
            labelHidden
            value={rule.field_name}
            choices={props.fields.map((field) => ({ value: field.field_name, label: field.display_name }))}
            onChange={(field_name) => set(index, { ...rule, field_name })}
          />
          <SelectInput
            label={`Comparison of rule ${index + 1}`}
            labelHidden
            value={rule.op}
            choices={rule.op === 'in' ? [...OPS, { value: 'in', label: 'is one of' }] : OPS}
            onChange={(value) => {
              const op = value as EligibleRule['op'];
              set(
                index,
                takesValue(op)
                  ? { field_name: rule.field_name, op, value: rule.value ?? '' }
                  : { field_name: rule.field_name, op },
              );
            }}
          />
          {takesValue(rule.op) && (
            <div className="field">
              <input
                aria-label={`Value of rule ${index + 1}`}
                value={Array.isArray(rule.value) ? rule.value.join(', ') : String(rule.value ?? '')}
                disabled={rule.op === 'in'}
                onChange={(event) => set(index, { ...rule, value: event.target.value })}
              />
            </div>
          )}
          <RowButton label={`Remove rule ${index + 1}`} onPress={() => onChange(rules.filter((_, at) => at !== index))}>
            Remove
          </RowButton>
        </div>
      ))}
      <div>
        <Button
          small
          isDisabled={props.fields.length === 0}
          onPress={() => {
            const field = props.fields.find(({ field_name }) => /consent/i.test(field_name)) ?? props.fields[0];
            if (field === undefined) return;
            const isConsent = field.field_type === 'boolean';
            onChange([
              ...rules,
              isConsent
                ? { field_name: field.field_name, op: 'is', value: 'true' }
                : { field_name: field.field_name, op: 'is_not_blank' },
            ]);
          }}
        >
          Add a rule
        </Button>
      </div>
    </fieldset>
  );
}
