const TAG = /\{\{[^{}]*\}\}/;
const WAS_NEUTRALISED = /^'+[=+\-@＝＋－＠\t\r\n]/;
const NEUTRALISED_WITHIN = /([;\t\r\n]"*)'('*)(?=[=+\-@＝＋－＠])/g;

/** The cell as it was before it was made harmless for spreadsheets. */
export function originalCell(text: string): string {
  const begun = WAS_NEUTRALISED.test(text) ? text.slice(1) : text;
  return begun.replace(NEUTRALISED_WITHIN, '$1$2');
}

/**
 * Whether a text can have come from an approved one: everything outside the merge tags stands there, in order, from the
 * first character to the last. What a customer's values put between is not compared: nobody approved that.
 */
export function couldComeFrom(template: string): (text: string) => boolean {
  const literals = template.split(TAG);
  const [first = '', ...others] = literals;
  const last = others.pop();
  return (text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    // Leftmost matches leave the most room for what follows, so the first failure is a real one.
    let at = first.length;
    for (const literal of others) {
      const found = text.indexOf(literal, at);
      if (found === -1) return false;
      at = found + literal.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
