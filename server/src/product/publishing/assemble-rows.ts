import { idFromBytes } from '../../platform/ids/ids.ts';
import { isHeldOut } from '../campaigns/holdout.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { cellValue } from '../fields/value.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import { type CellWriter, compileCell, writeCell } from './cell-writer.ts';
import { chooseVariant, variantSeed } from './choose-variant.ts';
import { csvCell } from './csv-cell.ts';
import { columnsOf, fieldsOfFiles, type PlanSource, type PlanText } from './export-plan.ts';
import { murmur3 } from './murmur3.ts';
import { channelByte, writeIndexEntry } from './row-index.ts';
import { type TextPage, writeBytes } from './text-page.ts';

/** Reads one customer's canonical values by slot. */
export type ValueOf = (slot: number) => string | undefined;

/** What became of one customer: how many lines were written, one a channel that has a text for their segment, or why none. */
export type Assembled = { rows: number; heldOut: boolean } | { why: 'unmatched' | 'ineligible' };

export type Assembler = {
  header: string;
  /** Writes the customer's lines at the page's end, and of each line at the other page's end whose it is (row-index.ts). */
  assemble(page: TextPage, index: TextPage, customerId: Uint8Array, cell: ValueOf): Assembled;
};

/** One text, with everything of its lines that is the same for all customers put together once. */
type CompiledText = {
  /** `,message_id,segment_id,variant,channel,` */
  before: Buffer;
  subject: CellWriter | null;
  message: CellWriter;
  preheader: CellWriter | null;
};
type CompiledChannel = { seed: number; channel: number; variants: CompiledText[] };

const COMMA = Buffer.from(',');
const END = Buffer.from(',false\r\n');
const HELD_OUT_END = Buffer.from(',true\r\n');
/** Any two: they are part of what digests are, and never change. */
const DIGEST_SEEDS = [0x6e756467, 0x65736372] as const;
const UNMATCHED: Assembled = { why: 'unmatched' };
const INELIGIBLE: Assembled = { why: 'ineligible' };

function compileTexts({ shape, texts }: PlanSource, hasOwn: boolean): Map<string, CompiledChannel[]> {
  const cellOf = (text: string | null) => (text === null ? null : compileCell(text, shape.fields));
  const beforeOf = ({ message_id, segment_id, variant, channel }: PlanText) =>
    `${hasOwn ? ',' : ''}${[message_id, segment_id, String(variant), channel].map((cell) => csvCell(cell)).join(',')},`;
  const compiled = (text: PlanText): CompiledText => ({
    before: Buffer.from(beforeOf(text)),
    subject: cellOf(text.subject),
    message: compileCell(text.message, shape.fields),
    preheader: cellOf(text.preheader),
  });
  const byCriteria = new Map<string, CompiledChannel[]>();
  // In the order of the campaign's channels, which is the order of a customer's lines.
  for (const channel of shape.channels) {
    const seed = variantSeed(shape.campaignId, channel);
    for (const text of texts.filter((entry) => entry.channel === channel)) {
      const channels = byCriteria.get(text.canonical_criteria) ?? [];
      byCriteria.set(text.canonical_criteria, channels);
      const last = channels.at(-1);
      if (last?.seed === seed) last.variants.push(compiled(text));
      else channels.push({ seed, channel: channelByte(channel), variants: [compiled(text)] });
    }
  }
  return byCriteria;
}

/**
 * Compiles a plan to what makes the lines of one customer after the other. A customer who is held out has the lines they
 * would have had, with the texts left empty. Throws the segment failures and TemplateBroken for a plan that was not checked.
 */
export function createAssembler(source: PlanSource): Assembler {
  const { shape } = source;
  const { identifiers, exported } = fieldsOfFiles(shape);
  const own = [...identifiers, ...exported];
  const texts = compileTexts(source, own.length > 0);
  const segmentOf = createAssigner(readSegmentBy(shape.segmentBy, shape.fields), new Set(source.canonicals));
  const { isEligible } = compileEligibility(shape.eligibleWhen, shape.fields, shape.todayYear);
  const after = Buffer.from(`,${csvCell(shape.campaignId)},${shape.runNumber},`);
  /** Where in the last line each of its pieces began: own cells, ids, texts, ids again, the rest. */
  const begins: number[] = [0, 0, 0, 0, 0];
  const digest = new Int32Array(2);

  function writeOwn(page: TextPage, cell: ValueOf): void {
    for (let index = 0; index < own.length; index += 1) {
      if (index > 0) writeBytes(page, COMMA);
      const field = own[index] as LoadedField;
      const value = cell(field.slot);
      if (value !== undefined) writeCell(page, cellValue(field, value), index < identifiers.length);
    }
  }

  function writeLine(page: TextPage, text: CompiledText, heldOut: boolean, cell: ValueOf): void {
    begins[0] = page.length;
    writeOwn(page, cell);
    begins[1] = page.length;
    writeBytes(page, text.before);
    begins[2] = page.length;
    if (!heldOut) {
      text.subject?.(page, cell);
      writeBytes(page, COMMA);
      text.message(page, cell);
    } else writeBytes(page, COMMA);
    begins[3] = page.length;
    writeBytes(page, after);
    begins[4] = page.length;
    if (!heldOut) text.preheader?.(page, cell);
    writeBytes(page, heldOut ? HELD_OUT_END : END);
  }

  /** Of what says something to the customer: not of ids, which are others at the next run though the text is the same. */
  function digestLine(page: TextPage): void {
    const [own, before, texts, ids, rest] = begins as [number, number, number, number, number];
    digest[0] = DIGEST_SEEDS[0];
    digest[1] = DIGEST_SEEDS[1];
    murmur3(digest, page.bytes, own, before);
    murmur3(digest, page.bytes, texts, ids);
    murmur3(digest, page.bytes, rest, page.length);
  }

  return {
    header: `${columnsOf(shape)
      .map((column) => csvCell(column.name))
      .join(',')}\r\n`,
    assemble: (page, index, customerId, cell) => {
      if (!isEligible(cell)) return INELIGIBLE;
      const criteria = segmentOf(cell);
      const channels = criteria === null ? undefined : texts.get(criteria);
      if (channels === undefined) return UNMATCHED;
      const heldOut = shape.holdout > 0 && isHeldOut(shape.campaignId, idFromBytes(customerId), shape.holdout);
      let rows = 0;
      for (const { seed, channel, variants } of channels) {
        const chosen = variants[chooseVariant(seed, customerId, variants.length)];
        if (chosen === undefined) continue;
        writeLine(page, chosen, heldOut, cell);
        digestLine(page);
        writeIndexEntry(index, customerId, channel, digest);
        rows += 1;
      }
      return { rows, heldOut };
    },
  };
}
