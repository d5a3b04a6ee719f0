import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A longer line is cut there: what has no line breaks at all must not fill the memory. */
const longestLine = 1_000_000;

/** Lines of a text file in UTF-8, plain or gzipped. @throws the system's error when it cannot be read, zlib's when it is cut short */
export async function* readLines(path: string): AsyncGenerator<string> {
  // A pipeline destroys its end with the error of any part, which the loop then throws.
  const input = (await isGzip(path))
    ? pipeline(createReadStream(path), createGunzip(), () => undefined)
    : createReadStream(path);
  let rest = '';
  for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}

const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.equals(Buffer.from([0x1f, 0x8b]));
  } finally {
    await file.close();
  }
};
