import { type ReactNode, useId } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';

type TextInputProps = {
  label: string;
  value: string;
  onChange(value: string): void;
  hint?: ReactNode;
  error?: string | null;
  type?: 'text' | 'email' | 'password' | 'number' | 'url' | 'date' | 'datetime-local' | 'search';
  rows?: number;
  required?: boolean;
  autoComplete?: string;
  autoFocus?: boolean;
  placeholder?: string;
  maxLength?: number;
  disabled?: boolean;
  inputMode?: 'numeric' | 'text';
};

/** One labelled line of text, or several with `rows`; hint and error are announced with it. */
export function TextInput({
  label,
  hint,
  error = null,
  rows,
  required = false,
  disabled = false,
  ...rest
}: TextInputProps) {
  const { placeholder = '', ...field } = rest;
  return (
    <TextField
      className="field"
      {...field}
      isRequired={required}
      isDisabled={disabled}
      isInvalid={error !== null}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      {rows === undefined ? <Input placeholder={placeholder} /> : <TextArea rows={rows} placeholder={placeholder} />}
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

export type Choice = { value: string; label: string };

/** A choice of one. The browser's own list: it works with every keyboard, reader and phone. */
export function SelectInput(props: {
  label: string;
  value: string;
  onChange(value: string): void;
  choices: readonly Choice[];
  hint?: ReactNode;
  labelHidden?: boolean;
  disabled?: boolean;
  required?: boolean;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={props.labelHidden === true ? 'visually-hidden' : undefined}>
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        required={props.required}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {props.choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      {props.hint !== undefined && (
        <span id={`${id}-hint`} className="field-hint">
          {props.hint}
        </span>
      )}
    </div>
  );
}

export function CheckInput(props: {
  label: ReactNode;
  checked: boolean;
  onChange(checked: boolean): void;
  disabled?: boolean;
  name?: string;
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.target.checked)}
        {...(props.name === undefined ? {} : { 'aria-label': props.name })}
      />
      <span>{props.label}</span>
    </label>
  );
}
