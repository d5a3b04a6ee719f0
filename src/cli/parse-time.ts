const time = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** ISO 8601 in UTC; undefined for what is none, such as February 30, which Date would take for March 2. */
export const parseTime = (text: string): string | undefined => {
  const [, year, month, day] = time.exec(text) ?? [];
  const date = new Date(text);
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return day === undefined || Number.isNaN(date.getTime()) || Number(day) > lastDay
    ? undefined
    : date.toISOString();
};
