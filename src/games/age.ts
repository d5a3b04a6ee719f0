import type { Player } from '../events/casino.js';

/** Days are text such as 2001-02-28, in UTC, which sorts as they do. */

const dayPattern = /^\d{4}-\d\d-\d\d$/;
const earliest = '1900-01-01';

/** The day of a time, in ISO 8601 and UTC. */
export const dayOf = (time: string): string => time.slice(0, 10);

/** Whether `text` is a day of the calendar on which somebody may be born who plays on the day `today`. */
export const isBirthDate = (text: string, today: string): boolean =>
  dayPattern.test(text) && exists(text) && text >= earliest && text <= today;

/** `Date` rolls a day that the calendar does not have over into the next month. */
const exists = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time).toISOString()) === day;
};

/** Full years on a day. Who was born on 29 February is a year older on 1 March in years without that day. */
export const ageOn = (birthDate: string, day: string): number => {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(4) < birthDate.slice(4) ? years - 1 : years;
};

export const isAdultOn = (
  { birthDate, verifiedAt }: Pick<Player, 'birthDate' | 'verifiedAt'>,
  day: string,
  adultAge: number,
): boolean => verifiedAt !== null && birthDate !== null && ageOn(birthDate, day) >= adultAge;
