import { idFromBytes } from '../../platform/ids/ids.ts';
import { isHeldOut } from '../campaigns/holdout.ts';
import { cellValue } from '../fields/value.ts';
import { compileTemplate } from '../merge-tags/compile.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import { chooseVariant, variantSeed } from './choose-variant.ts';
import { csvCell } from './csv-cell.ts';
import { columnsOf, fieldsOfFiles, type PlanSource, type PlanText } from './export-plan.ts';

/** Reads one customer's canonical values by slot. */
export type ValueOf = (slot: number) => string | undefined;

/** What becomes of one customer: a line for each channel that has a text for their segment, or the reason for none. */
export type Assembled = { lines: readonly string[]; heldOut: boolean } | { why: 'unmatched' | 'ineligible' };

export type Assembler = {
  header: string;
  /** How many lines a customer can have. */
  channels: number;
  assemble(customerId: Uint8Array, cell: ValueOf): Assembled;
};

/** One text, with everything of its lines that is the same for all customers put together once. */
type CompiledText = {
  /** `,message_id,segment_id,variant,channel,` */
  before: string;
  subject: ((cell: ValueOf) => string) | null;
  message: (cell: ValueOf) => string;
  preheader: ((cell: ValueOf) => string) | null;
};
type CompiledChannel = { seed: number; variants: CompiledText[] };

const UNMATCHED: Assembled = { why: 'unmatched' };
const INELIGIBLE: Assembled = { why: 'ineligible' };

function compileTexts({ shape, texts }: PlanSource): Map<string, CompiledChannel[]> {
  const cellOf = (text: string | null) => (text === null ? null : compileTemplate(text, shape.fields));
  const compiled = (text: PlanText): CompiledText => ({
    before: `,${[text.message_id, text.segment_id, String(text.variant), text.channel].map((cell) => csvCell(cell)).join(',')},`,
    subject: cellOf(text.subject),
    message: compileTemplate(text.message, shape.fields),
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
      else channels.push({ seed, variants: [compiled(text)] });
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
  const texts = compileTexts(source);
  const segmentOf = createAssigner(readSegmentBy(shape.segmentBy, shape.fields), new Set(source.canonicals));
  const { isEligible } = compileEligibility(shape.eligibleWhen, shape.fields, shape.todayYear);
  const { identifiers, exported } = fieldsOfFiles(shape);
  const after = `,${csvCell(shape.campaignId)},${shape.runNumber},`;

  function ownCells(cell: ValueOf): string {
    let line = '';
    for (const field of identifiers) {
      const value = cell(field.slot);
      if (line !== '' || field !== identifiers[0]) line += ',';
      if (value !== undefined) line += csvCell(cellValue(field, value), true);
    }
    for (const field of exported) {
      const value = cell(field.slot);
      if (identifiers.length > 0 || field !== exported[0]) line += ',';
      if (value !== undefined) line += csvCell(cellValue(field, value));
    }
    return line;
  }
  const hasOwn = identifiers.length + exported.length > 0;

  function lineOf(text: CompiledText, own: string, heldOut: boolean, cell: ValueOf): string {
    const before = hasOwn ? own + text.before : text.before.slice(1);
    if (heldOut) return `${before},${after},true\r\n`;
    const subject = text.subject === null ? '' : csvCell(text.subject(cell));
    const preheader = text.preheader === null ? '' : csvCell(text.preheader(cell));
    return `${before}${subject},${csvCell(text.message(cell))}${after}${preheader},false\r\n`;
  }

  return {
    header: `${columnsOf(shape)
      .map((column) => csvCell(column.name))
      .join(',')}\r\n`,
    channels: shape.channels.length,
    assemble: (customerId, cell) => {
      if (!isEligible(cell)) return INELIGIBLE;
      const criteria = segmentOf(cell);
      const channels = criteria === null ? undefined : texts.get(criteria);
      if (channels === undefined) return UNMATCHED;
      const heldOut = shape.holdout > 0 && isHeldOut(shape.campaignId, idFromBytes(customerId), shape.holdout);
      const own = ownCells(cell);
      const lines: string[] = [];
      for (const { seed, variants } of channels) {
        const chosen = variants[chooseVariant(seed, customerId, variants.length)];
        if (chosen !== undefined) lines.push(lineOf(chosen, own, heldOut, cell));
      }
      return { lines, heldOut };
    },
  };
}
