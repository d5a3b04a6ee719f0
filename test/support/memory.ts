import { readFileSync } from 'node:fs';
import { closeAtEnd } from './cleanup.js';

/** Resident memory of a process, looked at again and again. */
export interface MemoryWatch {
  /** MB; the highest since the last call, or since the start. */
  highest(): number;
}

const everyMs = 200;
const pageBytes = 4_096;

/** Linux only. */
export const watchMemory = (pid: number): MemoryWatch => {
  const residentMb = (): number => {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * pageBytes) / 1_048_576;
  };
  let most = residentMb();
  const timer = setInterval(() => {
    most = Math.max(most, residentMb());
  }, everyMs);
  closeAtEnd(() => clearInterval(timer));
  return {
    highest: () => {
      const highest = most;
      most = residentMb();
      return Math.round(highest);
    },
  };
};
