import type { ChannelName } from '../../campaigns/campaign.ts';
import { type Checked, editBetween, error, type Finding, type Piece, warning } from '../finding.ts';
import { isGsm, smsParts, toGsm } from './sms.ts';
import { plainly } from './wording.ts';

/** Characters of a subject line that mail programs and phones show whole. */
const SUBJECT_CHARACTERS: Partial<Record<ChannelName, number>> = { email: 78, push: 50 };
/** What mailboxes show of a preheader; behind a shorter one they show how the text begins. */
const PREHEADER_CHARACTERS = { least: 15, most: 130 };

const lengthOf = (text: string) => [...text].length;

function subjectFindings(message: Checked, plain: string): Finding[] {
  if (message.channel === 'email' && (message.subject ?? '').trim() === '')
    return [error('missing_subject', 'An email needs a subject.', { fix: 'Write a subject.' })];
  const limit = SUBJECT_CHARACTERS[message.channel];
  const length = lengthOf(plain);
  if (limit === undefined || length <= limit) return [];
  return [
    warning('subject_too_long', `The subject has ${length} characters; about ${limit} are shown.`, {
      fix: 'Shorten the subject.',
    }),
  ];
}

function preheaderFindings(preheader: string, subject: string): Finding[] {
  const length = lengthOf(preheader);
  const found: Finding[] = [];
  if (length > PREHEADER_CHARACTERS.most)
    found.push(
      warning(
        'preheader_too_long',
        `The preheader has ${length} characters; at most ${PREHEADER_CHARACTERS.most} are shown.`,
        { fix: 'Shorten the preheader.' },
      ),
    );
  if (length < PREHEADER_CHARACTERS.least)
    found.push(
      warning(
        'preheader_too_short',
        'The preheader is so short that mailboxes show the beginning of the text behind it.',
        {
          fix: 'Say a little more in it.',
        },
      ),
    );
  if (plainly(preheader).trim() === plainly(subject).trim())
    found.push(
      warning('preheader_repeats_subject', 'The preheader says the same as the subject.', {
        fix: 'Let it go on where the subject ends.',
      }),
    );
  return found;
}

function smsFindings({ part, raw, plain }: Piece): Finding[] {
  const found: Finding[] = [];
  if (!isGsm(plain))
    found.push(
      warning('sms_not_gsm7', 'A character outside the GSM alphabet halves what fits into one SMS.', {
        fix: 'Replace special quotes, dashes and emoji.',
        edit: editBetween(part, raw, toGsm(raw)),
      }),
    );
  const parts = smsParts(plain);
  if (parts > 1)
    found.push(warning('sms_parts', `The text goes out as ${parts} SMS.`, { fix: 'Shorten it to pay for one.' }));
  return found;
}

/** What there is to say of lengths while the customers' values are not known: rendered.ts says the rest. */
export function lengthFindings(message: Checked, pieces: ReadonlyMap<Piece['part'], Piece>): Finding[] {
  const body = pieces.get('message') ?? { part: 'message', raw: '', plain: '' };
  const length = lengthOf(body.plain);
  const found: Finding[] = [];
  if (length > message.max_length)
    found.push(
      error('too_long', `The text has ${length} characters; ${message.channel} may have ${message.max_length}.`, {
        fix: `Take out ${length - message.max_length} characters.`,
      }),
    );
  if (message.message.trim() === '') found.push(error('empty_text', 'The text is empty.', { fix: 'Write a text.' }));
  found.push(...subjectFindings(message, pieces.get('subject')?.plain ?? ''));
  const preheader = pieces.get('preheader')?.plain;
  if (preheader !== undefined) found.push(...preheaderFindings(preheader, pieces.get('subject')?.plain ?? ''));
  if (message.channel === 'sms') found.push(...smsFindings(body));
  return found;
}
