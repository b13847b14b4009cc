import { readFile } from 'node:fs/promises';
import type { CampaignsCreateBody } from '@nudgescribe/sdk';
import { type Command, Option } from 'commander';
import { UsageMistake } from './mistakes.ts';

export type Shape = Omit<CampaignsCreateBody, 'workspace_id' | 'customer_group_id'>;
type SegmentBy = CampaignsCreateBody['segment_by'][number];
type Rule = NonNullable<CampaignsCreateBody['eligible_when']>[number];
type ChannelWish = CampaignsCreateBody['channels'][number];

export type ShapeOptions = {
  name?: string;
  group?: string;
  objective?: string;
  product?: string;
  callToAction?: string;
  tone?: string;
  language?: string;
  link?: string;
  notes?: string;
  mustInclude?: string[];
  mustAvoid?: string[];
  channel?: string[];
  segmentBy?: string[];
  variants?: string;
  minSegmentSize?: string;
  exportField?: string[];
  eligible?: string[];
  writer?: string;
  from?: string;
};

const OPERATORS = ['is_not_blank', 'is_blank', 'is_not', 'is', 'in', 'at_least', 'at_most'] as const;
const CHANNELS = ['email', 'sms', 'push', 'in_app', 'whatsapp'] as const;

/** "tenure:12,36" bands a number or date; a bare name takes every value. Throws UsageMistake. */
export function readSegmentBy(text: string): SegmentBy {
  const [name = '', limits, ...rest] = text.split(':');
  if (name.trim() === '' || rest.length > 0)
    throw new UsageMistake(`--segment-by "${text}" is not "field" or "field:limit,limit".`);
  if (limits === undefined) return { field_name: name.trim() };
  const bands = limits.split(',').map((limit) => limit.trim());
  if (bands.some((band) => !/^(-?\d+(\.\d+)?|\d{4}-\d{2}-\d{2})$/.test(band)))
    throw new UsageMistake(`--segment-by "${text}": limits are numbers, or dates such as 2020-01-31.`);
  return { field_name: name.trim(), bands: bands.map((band) => (/^\d{4}-\d{2}-/.test(band) ? band : Number(band))) };
}

/** "email_consent is yes", "country in DE,AT", "email is_not_blank". Throws UsageMistake. */
export function readRule(text: string): Rule {
  const parts = /^\s*(\S+)\s+(\S+)(?:\s+(.+?))?\s*$/.exec(text);
  const op = OPERATORS.find((operator) => operator === parts?.[2]);
  const name = parts?.[1];
  const value = parts?.[3];
  if (name === undefined || op === undefined)
    throw new UsageMistake(`--eligible "${text}" is not "field operator value", with ${OPERATORS.join(', ')}.`);
  const takesNone = op === 'is_blank' || op === 'is_not_blank';
  if (takesNone !== (value === undefined))
    throw new UsageMistake(`--eligible "${text}": ${op} takes ${takesNone ? 'no value' : 'a value'}.`);
  if (value === undefined) return { field_name: name, op };
  return { field_name: name, op, value: op === 'in' ? value.split(',').map((one) => one.trim()) : value };
}

/** "email" or "sms:300". Throws UsageMistake. */
export function readChannel(text: string): ChannelWish {
  const [name = '', length] = text.split(':');
  const channel = CHANNELS.find((one) => one === name);
  if (channel === undefined) throw new UsageMistake(`--channel is one of ${CHANNELS.join(', ')}, not "${name}".`);
  return length === undefined ? { channel } : { channel, max_length: readCount('--channel', length) };
}

export function readCount(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageMistake(`${option} takes a whole number, not "${text}".`);
}

type FromFile = Partial<Shape> & { customer_group?: string; customer_group_id?: string };

async function readFromFile(path: string): Promise<FromFile> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageMistake(`There is no file "${path}".`);
  });
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as FromFile;
  } catch {
    // Told below.
  }
  throw new UsageMistake(`"${path}" is no JSON object.`);
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const defined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;

/**
 * The campaign as the flags and the file together say it; a flag wins over the file. Throws UsageMistake naming everything
 * that is missing.
 */
export async function readShape(options: ShapeOptions): Promise<{ shape: Shape; group: string }> {
  const file = options.from === undefined ? {} : await readFromFile(options.from);
  const { customer_group, customer_group_id, ...rest } = file;
  const brief = {
    ...rest.brief,
    ...defined({
      objective: options.objective,
      product: options.product,
      call_to_action: options.callToAction,
      tone: options.tone,
      language: options.language,
      link: options.link,
      audience_notes: options.notes,
      must_include: options.mustInclude,
      must_avoid: options.mustAvoid,
    }),
  } as Shape['brief'];
  const name = options.name ?? rest.campaign_name;
  const group = options.group ?? customer_group ?? customer_group_id;
  const missing = [
    name === undefined ? '--name' : '',
    group === undefined ? '--group' : '',
    brief.objective === undefined ? '--objective' : '',
    brief.product === undefined ? '--product' : '',
    brief.call_to_action === undefined ? '--call-to-action' : '',
  ].filter((option) => option !== '');
  if (name === undefined || group === undefined || missing.length > 0)
    throw new UsageMistake(`A campaign also needs ${missing.join(', ')} (or --from a JSON file that says it).`);
  const fromFlags: Partial<Shape> = defined({
    channels: options.channel?.map(readChannel),
    segment_by: options.segmentBy?.map(readSegmentBy),
    variants: options.variants === undefined ? undefined : readCount('--variants', options.variants),
    min_segment_size:
      options.minSegmentSize === undefined ? undefined : readCount('--min-segment-size', options.minSegmentSize),
    export_fields: options.exportField,
    eligible_when: options.eligible?.map(readRule),
    writer: options.writer,
  });
  return {
    group,
    shape: { channels: [{ channel: 'email' }], segment_by: [], ...rest, ...fromFlags, campaign_name: name, brief },
  };
}

/** Gathers an option that may be given several times, one value each time: values with spaces stay whole. */
const gather = (value: string, all: string[] | undefined) => [...(all ?? []), value];

export function segmentByOption(): Option {
  return new Option(
    '--segment-by <field[:limits]>',
    'attribute that makes segments, with limits for bands; repeatable',
  ).argParser(gather);
}

export function addShapeOptions(command: Command): Command {
  return command
    .option('--name <text>', 'name of the campaign')
    .option('--group <id or name>', 'customers it is for')
    .option('--objective <text>', 'what the messages shall bring about')
    .option('--product <text>', 'what they are about')
    .option('--call-to-action <text>', 'what a reader shall do')
    .option('--link <url>', 'where the call to action leads')
    .option('--tone <words>', 'friendly, playful, formal, urgent or plain; "formal, du" also sets the address')
    .option('--language <code>', 'en (default), de, fr or es; a language model writes others, too')
    .option('--notes <text>', 'what the writer should know of the audience')
    .option('--must-include <text>', 'words every message has; repeatable', gather)
    .option('--must-avoid <text>', 'words no message has; repeatable', gather)
    .option('--channel <name[:length]>', 'email (default), sms, push, in_app or whatsapp; repeatable', gather)
    .addOption(segmentByOption())
    .option('--min-segment-size <n>', 'smaller segments are merged into others')
    .option('--variants <n>', 'texts for each segment, 1 to 5')
    .option('--export-field <name>', 'field that stands in the published files; repeatable', gather)
    .option('--eligible <rule>', 'rule a customer must meet, such as "email_consent is yes"; repeatable', gather)
    .option('--writer <name>', 'offline (default), or a model that the server has')
    .option('--from <file.json>', 'take all of this from a file, in the keys of the API');
}
