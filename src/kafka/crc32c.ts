/**
 * CRC-32C (Castagnoli), which Kafka's record batches carry; `zlib.crc32` computes another polynomial. Eight bytes are taken at
 * a time ("slicing by 8", Kounavis and Berry, 2005): three times as fast as one by one.
 */
const polynomial = 0x82f63b78;

/** Eight tables of 256: entry `256 * t + byte` is the CRC of `byte` followed by `t` zero bytes. */
const tables = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  tables[byte] = crc;
}
const entry = (index: number): number => tables[index] as number;
for (let index = 256; index < tables.length; index += 1)
  tables[index] = (entry(index - 256) >>> 8) ^ entry(entry(index - 256) & 0xff);

/** Of the bytes from `start` to before `end`, as an unsigned number. */
export const crc32c = (bytes: Buffer, start: number, end: number): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    crc =
      entry(1792 + (low & 0xff)) ^
      entry(1536 + ((low >>> 8) & 0xff)) ^
      entry(1280 + ((low >>> 16) & 0xff)) ^
      entry(1024 + (low >>> 24)) ^
      entry(768 + (high & 0xff)) ^
      entry(512 + ((high >>> 8) & 0xff)) ^
      entry(256 + ((high >>> 16) & 0xff)) ^
      entry(high >>> 24);
  }
  for (; at < end; at += 1) crc = (crc >>> 8) ^ entry((crc ^ view.getUint8(at)) & 0xff);
  return ~crc >>> 0;
};
