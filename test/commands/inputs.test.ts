import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  asUuid,
  givenFields,
  parseAmount,
  parseCurrency,
  parseEmail,
  parseExpectedVersion,
  parseIdempotencyKey,
  parseText,
  parseTime,
  parseUuid,
} from '../../src/commands/inputs.js';
import { MillraceError } from '../../src/errors.js';

/** The field that a refusal names; undefined when the value was taken. Any other error fails the test. */
const refusal = (parse: () => unknown): unknown => {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.message.length).toBeLessThan(300);
    return error.details.field;
  }
};

const refuses = (parse: (field: string, text: string) => unknown, ...texts: string[]) =>
  expect(texts.filter((text) => refusal(() => parse('the field', text)) !== 'the field')).toEqual([]);

describe('ids', () => {
  test('are UUIDs of any version, answered in lower case', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(parseUuid('id', uuid.toUpperCase())).toBe(uuid.toLowerCase());
      }),
    );
  });

  test('that need not be UUIDs are told from those that are', () => {
    const uuid = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10';
    expect([uuid, uuid.toUpperCase()].map(asUuid)).toEqual([uuid, uuid]);
    const others = ['', 'customer-1', `${uuid}\0`, `{${uuid}}`, uuid.replaceAll('-', '')];
    expect(others.map(asUuid)).toEqual(others.map(() => undefined));
  });

  test('are refused in any other spelling', () => {
    const uuid = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10';
    refuses(
      parseUuid,
      '',
      'x',
      uuid.replaceAll('-', ''),
      `{${uuid}}`,
      `urn:uuid:${uuid}`,
      ` ${uuid}`,
      `${uuid}\n`,
      `${uuid}\0`,
      uuid.replace('0', 'g'),
      uuid.replace('0', '０'),
      "'; drop table orders; --",
      'a'.repeat(1_000_000),
    );
  });
});

describe('texts', () => {
  test('are normalised to NFC', () => {
    expect(parseText('region', '부산')).toBe('부산');
    expect(parseText('region', 'e\u0301')).toBe('\u00e9');
  });

  test('that hold U+0000 or half of a surrogate pair are refused', () => {
    refuses(parseText, 'a\0b', '\0', '\ud800', 'a\udc00', '\udc00\ud800');
  });

  test('that are empty or blank are refused, unless nothing is enough', () => {
    refuses(parseText, '', ' ', '\t\n', '\u3000');
    expect(parseText('note', '', { min: 0 })).toBe('');
  });

  test('are measured in characters, not in bytes or code units', () => {
    expect(parseText('x', '😀'.repeat(200))).toBe('😀'.repeat(200));
    refuses(parseText, '😀'.repeat(201), 'a'.repeat(201), 'a'.repeat(10_000_000));
  });

  test('of SQL, markup or quotes are texts as any other', () => {
    for (const text of ["Robert'); drop table orders; --", '<script>', '"', '\\', '${x}', '%s', "' or 1=1"])
      expect(parseText('region', text)).toBe(text);
  });

  test('that are taken stay as they are when they come again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        let once: string;
        try {
          once = parseText('x', text);
        } catch {
          return;
        }
        expect(parseText('x', once)).toBe(once);
        expect(Buffer.from(once).toString()).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('emails', () => {
  test('are answered in lower case and NFC', () => {
    expect(parseEmail('email', 'Ann.B+x@Example.ORG')).toBe('ann.b+x@example.org');
    expect(parseEmail('email', 'Jose\u0301@example.org')).toBe('jos\u00e9@example.org');
  });

  test('that are taken stay as they are when they come again', () => {
    for (const email of ['İ@example.org', 'ΑΣ@example.org', 'ß@example.org', 'K@example.org']) {
      const once = parseEmail('email', email);
      expect([once, parseEmail('email', once)]).toEqual([once, once.normalize('NFC')]);
    }
  });

  test('that are none are refused', () => {
    refuses(
      parseEmail,
      '',
      'a',
      'a@',
      '@b.c',
      'a@b',
      'a b@c.d',
      'a@b@c.d',
      'a@b .c',
      'a@b.c\n',
      'a\0@b.c',
      'a@b.',
      `${'a'.repeat(250)}@b.cd`,
      `${'@'.repeat(100_000)}.`,
    );
  });
});

describe('amounts', () => {
  const gbp = (field: string, text: string) => parseAmount(field, text, 'GBP');
  const krw = (field: string, text: string) => parseAmount(field, text, 'KRW');

  test('are answered with the digits of their currency', () => {
    expect([gbp('a', '12'), gbp('a', '12.5'), gbp('a', '0012.5000'), gbp('a', '0.01')]).toEqual([
      '12.00',
      '12.50',
      '12.50',
      '0.01',
    ]);
    expect([krw('a', '34280'), krw('a', '34280.00')]).toEqual(['34280', '34280']);
    expect(parseAmount('a', '1.2', 'BHD')).toBe('1.200');
    expect(gbp('a', '999999999999999.99')).toBe('999999999999999.99');
  });

  test('that are zero or below are refused', () => {
    refuses(gbp, '0', '0.00', '-0', '-0.01', '-1', '-999999999999999');
  });

  test('that may be zero are zero in any spelling, and never below', () => {
    const price = (field: string, text: string) => parseAmount(field, text, 'GBP', { zero: true });
    expect(['0', '0.00', '-0', '000.000'].map((text) => price('a', text))).toEqual(Array(4).fill('0.00'));
    expect(price('a', '0.01')).toBe('0.01');
    refuses(price, '-0.01', '-1', '0.001', '', '1e3');
  });

  test('finer than the currency are refused', () => {
    refuses(gbp, '0.001', '1.005', '1.0000000000000000000000000000001');
    refuses(krw, '0.5', '100.01');
  });

  test('in another notation are refused', () => {
    refuses(
      gbp,
      '',
      ' ',
      '1 ',
      '+1',
      '1e3',
      '1E-2',
      '1e-400',
      '.5',
      '5.',
      '1,00',
      '1_000',
      '0x1F',
      'NaN',
      'Infinity',
      '-Infinity',
      'one',
      '１２',
      '1\0',
      '1\n',
      '£1',
      '1/2',
    );
  });

  test('of 16 integer digits or 10,000 digits are refused at once', () => {
    const begun = performance.now();
    refuses(gbp, '1234567890123456', '9'.repeat(10_000), `0.${'0'.repeat(10_000)}1`, '9'.repeat(5_000_000));
    expect(performance.now() - begun).toBeLessThan(200);
  });

  test('that are taken stay as they are when they come again', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 17n - 1n }), (pence) => {
        const text = `${pence / 100n}.${(pence % 100n).toString().padStart(2, '0')}`;
        expect(gbp('a', text)).toBe(text);
      }),
    );
  });
});

test('currencies are ISO 4217 codes in upper case', () => {
  expect(parseCurrency('currency', 'KRW')).toBe('KRW');
  refuses(
    parseCurrency,
    '',
    'krw',
    'ZZZ',
    'XXX',
    'KRW ',
    '410',
    'constructor',
    '__proto__',
    '₩',
    'K'.repeat(1_000_000),
  );
});

describe('times', () => {
  const instant = fc.date({
    min: new Date('1900-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

  test('in UTC with milliseconds are answered as they are', () => {
    fc.assert(
      fc.property(instant, (date) =>
        expect(parseTime('placedAt', date.toISOString())).toBe(date.toISOString()),
      ),
    );
  });

  test('with an offset are answered as the same instant in UTC', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1901-01-01'), max: new Date('9998-01-01'), noInvalidDate: true }),
        fc.integer({ min: -1439, max: 1439 }),
        (date, minutes) => {
          const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
          const size = Math.abs(minutes);
          const [hh, mm] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
          const zone = `${minutes < 0 ? '-' : '+'}${hh}:${mm}`;
          expect(parseTime('placedAt', `${local}${zone}`)).toBe(date.toISOString());
        },
      ),
    );
  });

  test.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31t09:30:00z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00+09:00', '2026-01-31T00:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2026-01-31T09:30:00.1Z', '2026-01-31T09:30:00.100Z'],
    ['2026-01-31T09:30:00.123456789Z', '2026-01-31T09:30:00.123Z'],
    ['2026-01-31T09:30:00.999999999Z', '2026-01-31T09:30:00.999Z'],
    ['2026-01-31T09:30:00.289Z', '2026-01-31T09:30:00.289Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTime('placedAt', text)).toBe(iso);
  });

  test('that the calendar or the clock does not have are refused', () => {
    refuses(
      parseTime,
      '2026-02-30T00:00:00Z',
      '2025-02-29T00:00:00Z',
      '1900-02-29T00:00:00Z',
      '2026-04-31T00:00:00Z',
      '2026-00-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-00T00:00:00Z',
      '2026-01-32T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:60:00Z',
      '2016-12-31T23:59:60Z',
      '2026-01-01T00:00:00+24:00',
      '2026-01-01T00:00:00+09:60',
    );
  });

  test('outside the years 1900 to 9999, in UTC, are refused', () => {
    refuses(
      parseTime,
      '0000-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '0099-01-01T00:00:00Z',
      '1899-12-31T23:59:59.999Z',
      '1900-01-01T00:00:00+00:01',
      '9999-12-31T23:59:59-00:01',
      '10000-01-01T00:00:00Z',
      '+010000-01-01T00:00:00Z',
      '-000001-01-01T00:00:00Z',
      '275761-01-01T00:00:00Z',
    );
  });

  test('without a zone, or in another notation, are refused', () => {
    refuses(
      parseTime,
      '',
      'now',
      '2026-01-31',
      '2026-01-31T09:30:00',
      '2026-01-31 09:30:00Z',
      '2026-01-31T09:30Z',
      '2026-01-31T9:30:00Z',
      '2026-1-31T09:30:00Z',
      '20260131T093000Z',
      '2026-01-31T09:30:00,5Z',
      '2026-01-31T09:30:00.Z',
      '2026-01-31T09:30:00+0900',
      '2026-01-31T09:30:00+09',
      '2026-01-31T09:30:00 UTC',
      '2026-W05-6T09:30:00Z',
      '1769851800000',
      ' 2026-01-31T09:30:00Z',
      '2026-01-31T09:30:00Z\n',
      '2026-01-31T09:30:00Z\0',
      '٢٠٢٦-01-31T09:30:00Z',
      `2026-01-31T09:30:00.${'1'.repeat(1_000_000)}Z`,
    );
  });
});

test('idempotency keys of 300 characters, with U+0000, or empty are refused', () => {
  expect(parseIdempotencyKey('a key')).toBe('a key');
  for (const key of ['', ' ', 'k'.repeat(300), 'a\0b', '\ud800'])
    expect(refusal(() => parseIdempotencyKey(key))).toBe('idempotencyKey');
});

test('the version that a change expects is 1 or above, or is not given', () => {
  expect([1, 7, Number.MAX_SAFE_INTEGER].map(parseExpectedVersion)).toEqual([1, 7, Number.MAX_SAFE_INTEGER]);
  expect([null, undefined].map(parseExpectedVersion)).toEqual([undefined, undefined]);
  for (const version of [0, -1]) expect(refusal(() => parseExpectedVersion(version))).toBe('expectedVersion');
});

describe('a partial update', () => {
  test('has the fields that it gives, also those that are zero or empty', () => {
    expect(givenFields({ a: 0, b: '', c: undefined, d: false })).toStrictEqual({ a: 0, b: '', d: false });
  });
  test('names the field that is null', () => {
    expect(refusal(() => givenFields({ a: 1, b: null }))).toBe('b');
  });
  test('of nothing is refused', () => {
    expect([{}, { a: undefined }].map((input) => refusal(() => givenFields(input)))).toEqual([
      'input',
      'input',
    ]);
  });
});
