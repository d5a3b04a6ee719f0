/** Sizes at which the head of a frame takes another form (RFC 6455, 5.2), and one well beyond. */
export const boundaries = [
  { bytes: 124, headBytes: 2 },
  { bytes: 125, headBytes: 2 },
  { bytes: 126, headBytes: 4 },
  { bytes: 127, headBytes: 4 },
  { bytes: 65_534, headBytes: 4 },
  { bytes: 65_535, headBytes: 4 },
  { bytes: 65_536, headBytes: 10 },
  { bytes: 65_537, headBytes: 10 },
  { bytes: 1_048_576, headBytes: 10 },
] as const;

const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');

/** Ids that a client may choose, and that JSON, objects and numbers treat specially. */
export const awkwardIds = [
  { what: 'a quote', id: 'say "hi"' },
  { what: 'a backslash at the end', id: 'c:\\' },
  { what: 'an escaped quote', id: '\\"' },
  { what: 'all control characters', id: `${controls}\u007f` },
  { what: 'line separators', id: '\u2028\u2029' },
  { what: 'a message', id: '","type":"complete"},{"id":"' },
  { what: 'Hangul and an emoji', id: '주문 🎉 👩‍👩‍👧' },
  { what: 'a byte order mark', id: '\ufeffid' },
  { what: 'a space', id: ' ' },
  { what: 'zero', id: '0' },
  { what: 'a name of Object', id: '__proto__' },
  { what: 'another name of Object', id: 'constructor' },
  { what: 'a UUID', id: '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10' },
  { what: '50 KB', id: 'x'.repeat(50_000) },
  { what: '30 KB of quotes', id: '"'.repeat(30_000) },
] as const;
