import { parse } from 'csv-parse/sync';

export type CsvRecord = { readonly line: number } & (
  { readonly fields: readonly string[] } | { readonly problem: string; readonly text: string }
);

/** A quoted field may hold line breaks; one that is still open after so many lines was never closed. */
const longestRecordLines = 20;

/**
 * Records of CSV (RFC 4180) with so many columns, each with the line on which it begins, from 1. What is none is named as a problem, and reading
 * goes on with the next line: a parser of the whole file would take everything behind a quote that is not closed for one field.
 */
export async function* readCsv(
  lines: AsyncIterable<string> | Iterable<string>,
  columns: number,
): AsyncGenerator<CsvRecord> {
  let number = 0;
  // Lines of a record that has a quote open, the first of them numbered `first`.
  let open: string[] = [];
  let first = 0;
  function* take(line: string, at: number): Generator<CsvRecord> {
    if (open.length === 0) first = at;
    open.push(line);
    if (open.reduce((isOpen, text) => isOpen !== hasOddQuotes(text), false)) {
      if (open.length > longestRecordLines) yield* giveUp();
      return;
    }
    const record = parseRecord(open.join('\n'), first);
    // Over several lines, the quote that closes it may be one that opens another field.
    if (open.length > 1 && !('fields' in record && record.fields.length === columns)) return yield* giveUp();
    if (open.join('').trim() !== '') yield record;
    open = [];
  }
  function* giveUp(): Generator<CsvRecord> {
    const [text = '', ...rest] = open;
    const line = first;
    open = [];
    yield { line, problem: 'A quote is not closed.', text };
    for (const [index, again] of rest.entries()) yield* take(again, line + 1 + index);
  }
  for await (const line of lines) {
    number++;
    yield* take(number === 1 ? line.replace(/^\uFEFF/, '') : line, number);
  }
  while (open.length > 0) yield* giveUp();
}

const hasOddQuotes = (text: string): boolean => {
  let odd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
};

const parseRecord = (text: string, line: number): CsvRecord => {
  if (!text.includes('"')) return { line, fields: text.split(',') };
  try {
    const [fields] = parse(text);
    return { line, fields: fields ?? [] };
  } catch {
    return { line, problem: 'A quote stands where none may be.', text };
  }
};
