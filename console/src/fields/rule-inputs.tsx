import type { ValidationRules } from '@nudgescribe/sdk';
import { SelectInput, TextInput } from '../design/fields.tsx';
import type { FieldType } from './field-words.ts';

const FORMATS = [
  { value: '', label: 'Any text' },
  { value: 'email', label: 'Email address' },
  { value: 'phone', label: 'Phone number' },
  { value: 'url', label: 'Web address' },
];

/** Rules that fit the kind of the field; an empty input is no rule. */
export function RuleInputs(props: { type: FieldType; rules: ValidationRules; onChange(rules: ValidationRules): void }) {
  const { type, rules } = props;
  const change = (name: keyof ValidationRules, text: string, numeric: boolean) => {
    const { [name]: _dropped, ...rest } = rules;
    if (text === '') return props.onChange(rest);
    props.onChange({ ...rest, [name]: numeric ? Number(text) : text });
  };
  if (type === 'string')
    return (
      <div className="columns-2">
        <SelectInput
          label="Form"
          value={rules.format ?? ''}
          choices={FORMATS}
          onChange={(value) => change('format', value, false)}
        />
        <TextInput
          label="Pattern"
          value={rules.pattern ?? ''}
          onChange={(value) => change('pattern', value, false)}
          hint="A regular expression, found anywhere; ^ and $ bind it to the ends."
        />
        <TextInput
          label="At least so many characters"
          type="number"
          value={String(rules.min_length ?? '')}
          onChange={(value) => change('min_length', value, true)}
        />
        <TextInput
          label="At most so many characters"
          type="number"
          value={String(rules.max_length ?? '')}
          onChange={(value) => change('max_length', value, true)}
        />
      </div>
    );
  if (type === 'number' || type === 'currency' || type === 'Date') {
    const isDate = type === 'Date';
    return (
      <div className="columns-2">
        {(['min', 'max'] as const).map((name) => (
          <TextInput
            key={name}
            label={`${name === 'min' ? 'From' : 'Up to'}${isDate ? ' (year-month-day)' : ''}`}
            type={isDate ? 'date' : 'number'}
            value={String(rules[name] ?? '')}
            onChange={(value) => change(name, value, !isDate)}
          />
        ))}
      </div>
    );
  }
  return null;
}
