/** Ends what start-servers.mjs started; fails the run when tests left processes behind. */
export default async function stopServers() {
  const left = (await globalThis.stopTestServers?.()) ?? [];
  if (left.length > 0) throw new Error(`Tests left processes running, now killed: ${left.join(', ')}`);
}
