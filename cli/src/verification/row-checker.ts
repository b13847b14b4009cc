import type { Manifest } from '@nudgescribe/sdk';
import { couldComeFrom, originalCell } from './approved-text.ts';

type Tell = (code: string, message: string) => void;
type Approved = {
  segment_id: string;
  variant: string;
  channel: string;
  texts: [column: string, fits: (text: string) => boolean][];
};

const TEXTS = ['subject', 'preheader', 'message'] as const;
const empty = (text: string) => text === '';
const any = () => true;
/** Everybody the text was for has been erased: the manifest has it no more, and so cannot say what it was. */
const ERASED = 'erased';

/** The approved messages by id, their texts ready to be compared with rows. */
function approvedById(manifest: Manifest): Map<string, Approved> {
  return new Map(
    (manifest.approval?.content.messages ?? []).map((message) => [
      message.message_id,
      {
        segment_id: message.segment_id,
        variant: String(message.variant),
        channel: message.channel,
        texts: TEXTS.map((name) => {
          const template = message[name];
          if (message.written_by === ERASED) return [name, any];
          return [name, template === null ? empty : couldComeFrom(template)];
        }),
      },
    ]),
  );
}

/**
 * Checks the rows of a file: as many cells as columns, this campaign and run, a message that was approved, for its
 * segment, channel and variant, with a text that can have come from the approved one. A held-out customer's row has none, nor
 * has that of a delta which says who was removed.
 */
export function rowChecker(manifest: Manifest, tell: Tell): (cells: readonly string[]) => void {
  const approved = approvedById(manifest);
  const index = new Map(manifest.columns.flatMap(({ name, source }, at) => (source === 'message' ? [[name, at]] : [])));
  return (cells) => {
    if (cells.length !== manifest.columns.length)
      return tell('cells_differ', `It has ${cells.length} cells instead of ${manifest.columns.length}.`);
    const cell = (name: string) => cells[index.get(name) ?? -1];
    if (cell('campaign_id') !== manifest.campaign_id || cell('run_number') !== String(manifest.run_number))
      tell('row_of_another', 'It is of another campaign or run.');
    if (cell('change') === 'removed') {
      if (TEXTS.some((name) => (cell(name) ?? '') !== ''))
        tell('text_not_approved', 'It is of somebody removed, and has a text.');
      return;
    }
    const message = approved.get(cell('message_id') ?? '');
    if (message === undefined) return tell('message_not_approved', 'Its message_id is none that was approved.');
    for (const name of ['segment_id', 'variant', 'channel'] as const)
      if (cell(name) !== message[name])
        tell('message_misplaced', `Its ${name} is not the one of the approved message.`);
    const isHeldOut = cell('holdout') === 'true';
    for (const [name, fits] of message.texts) {
      const text = cell(name);
      if (text === undefined) continue;
      if (isHeldOut ? text !== '' : !fits(originalCell(text)))
        tell('text_not_approved', `Its ${name} cannot have come from the approved text.`);
    }
  };
}
