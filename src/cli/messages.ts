import type { Message } from 'millrace-sdk';
import { printable } from './terminal.js';

export const placeOf = ({
  topic,
  partition,
  offset,
}: Pick<Message, 'topic' | 'partition' | 'offset'>): string => `${topic}/${partition}/${offset}`;

/** What was in the record is somebody else's text, and might be bytes. */
export const shown = (text: string | null, encoding: string): string => {
  if (text === null) return 'none';
  return encoding === 'BASE64' ? `base64 ${text}` : printable(text);
};
