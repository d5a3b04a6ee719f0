/** Why a body or frame cannot be read; the message may be told. `status` is that of HTTP. */
export class UnreadableText extends Error {
  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = 'UnreadableText';
  }
}

const deepest = 100;
const quote = 34;
const backslash = 92;

/** A `\u` escape of a surrogate: only then may a string of the parsed value be ill-formed. */
const surrogate = /\\u[dD][89a-fA-F]/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * JSON from outside: UTF-8 without byte order mark, at most 100 levels deep, its strings well-formed Unicode.
 * @throws UnreadableText
 */
export const parseJson = (input: Buffer | string): unknown => {
  const text = typeof input === 'string' ? input : decode(input);
  if (text.charCodeAt(0) === 0xfeff)
    throw new UnreadableText('The JSON begins with a byte order mark. Send it without.');
  if (nesting(text) > deepest)
    throw new UnreadableText(`The JSON is nested more than ${deepest} levels deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableText('The text is not valid JSON.');
  }
  if (surrogate.test(text)) refuseIllFormed(value);
  return value;
};

const decode = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new UnreadableText('The text is not valid UTF-8.');
  }
};

/** How deep brackets nest outside strings, at least. Does not care whether they match. */
const nesting = (text: string): number => {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === 123 || code === 91) most = Math.max(most, ++depth);
    else if (code === 125 || code === 93) depth -= 1;
  }
  return most;
};

const endOfString = (text: string, start: number): number => {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
};

/** Recursion is bounded by the depth that was checked. */
const refuseIllFormed = (value: unknown): void => {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new UnreadableText('A string holds half of a surrogate pair.');
  } else if (Array.isArray(value)) {
    value.forEach(refuseIllFormed);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      refuseIllFormed(key);
      refuseIllFormed(item);
    }
  }
};
