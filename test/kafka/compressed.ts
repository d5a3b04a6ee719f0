import { crc32c } from '../../src/kafka/crc32c.js';
import { layout, lengthEnd } from '../../src/kafka/record-batch.js';

/** The batch with its records compressed, and what its header says of them. */
export const compressed = (batch: Buffer, codec: number, encode: (records: Buffer) => Buffer): Buffer => {
  const whole = Buffer.concat([batch.subarray(0, layout.records), encode(batch.subarray(layout.records))]);
  whole.writeInt32BE(whole.length - lengthEnd, layout.length);
  whole.writeInt16BE(codec, layout.attributes);
  whole.writeUInt32BE(crc32c(whole, layout.attributes, whole.length), layout.crc);
  return whole;
};
