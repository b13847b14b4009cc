import type { CustomerGroup } from '@nudgescribe/sdk';
import { CheckInput, SelectInput, TextInput } from '../design/fields.tsx';
import { Card } from '../design/page.tsx';
import { CHANNEL_LABELS, type Channel } from './campaign-words.ts';
import type { Draft } from './draft.ts';

const LANGUAGES = [
  { value: '', label: 'English' },
  { value: 'de', label: 'German' },
  { value: 'fr', label: 'French' },
  { value: 'es', label: 'Spanish' },
];
const TONES = ['', 'friendly', 'playful', 'formal', 'urgent', 'plain'].map((value) => ({
  value,
  label: value === '' ? 'Neutral' : `${value.charAt(0).toUpperCase()}${value.slice(1)}`,
}));

const withOwn = (choices: { value: string; label: string }[], value: string) =>
  choices.some((choice) => choice.value === value) ? choices : [...choices, { value, label: value }];

/** What is to be said. */
export function BriefForm(props: {
  draft: Draft;
  groups: readonly CustomerGroup[];
  onChange(part: Partial<Draft>): void;
}) {
  const { draft, onChange } = props;
  const toggle = (channel: Channel, on: boolean) =>
    onChange({ channels: on ? [...draft.channels, channel] : draft.channels.filter((one) => one !== channel) });
  return (
    <Card title="Brief">
      <div className="columns-2">
        <TextInput label="Name" value={draft.name} onChange={(name) => onChange({ name })} required maxLength={100} />
        <SelectInput
          label="Group"
          value={draft.groupId}
          choices={[
            ...(draft.groupId === '' ? [{ value: '', label: 'Choose a group' }] : []),
            ...props.groups.map((group) => ({ value: group.customer_group_id, label: group.group_name })),
          ]}
          onChange={(groupId) => onChange({ groupId })}
          required
        />
        <TextInput
          label="What it shall bring about"
          value={draft.objective}
          onChange={(objective) => onChange({ objective })}
          placeholder="Open a savings account"
          required
        />
        <TextInput
          label="Product"
          value={draft.product}
          onChange={(product) => onChange({ product })}
          placeholder="Spring Saver"
          required
        />
        <TextInput
          label="Call to action"
          value={draft.callToAction}
          onChange={(callToAction) => onChange({ callToAction })}
          placeholder="Open it in the app"
          required
        />
        <TextInput
          label="Link"
          type="url"
          value={draft.link}
          onChange={(link) => onChange({ link })}
          placeholder="https://…"
        />
        <SelectInput
          label="Language"
          value={draft.language}
          choices={withOwn(LANGUAGES, draft.language)}
          onChange={(language) => onChange({ language })}
        />
        <SelectInput
          label="Tone"
          value={draft.tone}
          choices={withOwn(TONES, draft.tone)}
          onChange={(tone) => onChange({ tone })}
        />
      </div>
      <fieldset className="stack-tight">
        <legend className="field-label">Channels</legend>
        <div className="row" style={{ gap: 18 }}>
          {(Object.keys(CHANNEL_LABELS) as Channel[]).map((channel) => (
            <CheckInput
              key={channel}
              label={CHANNEL_LABELS[channel]}
              checked={draft.channels.includes(channel)}
              onChange={(on) => toggle(channel, on)}
            />
          ))}
        </div>
      </fieldset>
      <details>
        <summary>What texts must and must not say, and notes for the writer</summary>
        <div className="columns-2" style={{ marginTop: 12 }}>
          <TextInput
            label="Must say"
            rows={3}
            hint="One phrase a line; every message has each, word for word."
            value={draft.mustInclude}
            onChange={(mustInclude) => onChange({ mustInclude })}
          />
          <TextInput
            label="Must not say"
            rows={3}
            hint="One word or phrase a line."
            value={draft.mustAvoid}
            onChange={(mustAvoid) => onChange({ mustAvoid })}
          />
          <TextInput
            label="Notes on the audience"
            rows={3}
            hint="No personal data."
            value={draft.notes}
            onChange={(notes) => onChange({ notes })}
          />
        </div>
      </details>
    </Card>
  );
}
