import type { Brief, ChannelName } from '../campaigns/campaign.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { tagErrors, tagsWithoutFallback } from '../merge-tags/check-tags.ts';
import type { MessageFinding } from '../messages/message.ts';
import { otherLanguage } from './rules/language.ts';
import { briefLinks, foreignLinks } from './rules/links.ts';
import { isGsm, smsParts } from './rules/sms.ts';
import { plainly, plainWording, withFallbacks } from './rules/wording.ts';

export type Finding = MessageFinding;

export type Checked = {
  channel: ChannelName;
  max_length: number;
  subject: string | null;
  message: string;
  preheader: string | null;
  brief: Brief;
  fields: readonly Pick<FieldDefinition, 'field_name' | 'is_required'>[];
};

/** Characters of a subject line that mail programs and phones show whole. */
const SUBJECT_CHARACTERS: Partial<Record<ChannelName, number>> = { email: 78, push: 50 };
const URGENCY = /\b(act now|hurry|last chance|only today|ends soon|while stocks last|don't miss out|limited time)\b/i;
const SHOUTING = /\b[A-Z]{4,}\b(?:\W+\b[A-Z]{4,}\b){2,}/;

const finding = (code: string, severity: Finding['severity'], message: string, fix: string | null = null): Finding => ({
  code,
  severity,
  message,
  fix,
});

function lengthFindings(message: Checked): Finding[] {
  const found: Finding[] = [];
  const length = [...withFallbacks(message.message)].length;
  if (length > message.max_length)
    found.push(
      finding(
        'too_long',
        'error',
        `The text has ${length} characters; ${message.channel} may have ${message.max_length}.`,
        `Take out ${length - message.max_length} characters.`,
      ),
    );
  const limit = SUBJECT_CHARACTERS[message.channel];
  if (limit !== undefined && message.subject !== null) {
    const subjectLength = [...withFallbacks(message.subject)].length;
    if (subjectLength > limit)
      found.push(
        finding(
          'subject_too_long',
          'warning',
          `The subject has ${subjectLength} characters; about ${limit} are shown.`,
          'Shorten the subject.',
        ),
      );
  }
  if (message.channel === 'email' && (message.subject ?? '').trim() === '')
    found.push(finding('missing_subject', 'error', 'An email needs a subject.', 'Write a subject.'));
  if (message.message.trim() === '') found.push(finding('empty_text', 'error', 'The text is empty.', 'Write a text.'));
  return found;
}

function phraseFindings(message: Checked): Finding[] {
  const { brief } = message;
  const text = [message.subject, message.preheader, message.message]
    .map((part) => withFallbacks(part ?? ''))
    .join('\n');
  const links = briefLinks(brief);
  const plain = plainly(text);
  const wording = plainWording(text, links);
  const missing = (brief.must_include ?? []).filter((phrase) => !plain.includes(plainly(phrase)));
  const banned = (brief.must_avoid ?? []).filter((phrase) => wording.includes(plainly(phrase)));
  const foreign = foreignLinks(text, brief);
  return [
    ...missing.map((phrase) =>
      finding('missing_required_phrase', 'error', `The brief asks for the words "${phrase}".`, `Add "${phrase}".`),
    ),
    ...banned.map((phrase) =>
      finding('banned_phrase', 'error', `The brief forbids the words "${phrase}".`, `Take "${phrase}" out.`),
    ),
    ...(foreign.length === 0
      ? []
      : [
          finding(
            'unknown_link',
            'error',
            'The text has a link that is not one of the brief.',
            brief.link === undefined ? 'Take the link out.' : `Use ${brief.link}.`,
          ),
        ]),
  ];
}

function styleFindings(message: Checked): Finding[] {
  const text = withFallbacks(message.message);
  const found: Finding[] = [];
  if (URGENCY.test(text) && !URGENCY.test(JSON.stringify(message.brief)))
    found.push(
      finding(
        'false_urgency',
        'warning',
        'The text hurries its readers, but the brief names no deadline.',
        'Take the hurry out, or name the deadline in the brief.',
      ),
    );
  if (SHOUTING.test(text))
    found.push(
      finding('all_caps', 'warning', 'Several words in a row are in capitals.', 'Write them in small letters.'),
    );
  if (message.channel === 'sms') found.push(...smsFindings(text));
  const language = otherLanguage(text, message.brief.language);
  if (language !== null)
    found.push(
      finding(
        'wrong_language',
        'warning',
        `The text seems to be in another language ("${language}") than the brief asks for.`,
        'Write it in the language of the brief, or change the brief.',
      ),
    );
  return found;
}

function smsFindings(text: string): Finding[] {
  const found: Finding[] = [];
  if (!isGsm(text))
    found.push(
      finding(
        'sms_not_gsm7',
        'warning',
        'A character outside the GSM alphabet halves what fits into one SMS.',
        'Replace special quotes, dashes and emoji.',
      ),
    );
  const parts = smsParts(text);
  if (parts > 1)
    found.push(finding('sms_parts', 'warning', `The text goes out as ${parts} SMS.`, 'Shorten it to pay for one.'));
  return found;
}

/** Everything there is to say about one message, errors first. Pure. */
export function checkMessage(message: Checked): Finding[] {
  const texts = [message.subject ?? '', message.preheader ?? '', message.message];
  const found = [
    ...texts.flatMap((text) =>
      tagErrors(text, message.fields).map((problem) =>
        finding(problem.code, 'error', problem.message, 'Correct the tag, or take it out.'),
      ),
    ),
    ...texts.flatMap((text) =>
      tagsWithoutFallback(text, message.fields).map((problem) =>
        finding(problem.code, 'error', problem.message, 'Add a fallback to the tag.'),
      ),
    ),
    ...lengthFindings(message),
    ...phraseFindings(message),
    ...styleFindings(message),
  ];
  return found.sort((left, right) => Number(left.severity === 'warning') - Number(right.severity === 'warning'));
}
