/** `work` for each item, at most `most` at a time. @returns the answers in the order of the items */
export const mapLimited = async <Item, Answer>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> => {
  const answers: Answer[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < items.length) {
      const n = next++;
      answers[n] = await work(items[n] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, run));
  return answers;
};
