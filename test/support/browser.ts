import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';
import { chromium, type Page } from 'playwright-core';
import { closeAtEnd } from './cleanup.js';

const executablePath = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export const hasBrowser = executablePath !== '';

/** `test` where there is a Chromium on the PATH; where there is none, `what` goes untested, and says so. */
export const testInBrowser = (what: string): typeof test | typeof test.skip => {
  if (hasBrowser) return test;
  // oxlint-disable-next-line no-console -- a skipped test must not go unseen
  console.warn(`NO CHROMIUM ON THE PATH: ${what} is NOT tested. Install chromium to test it.`);
  return test.skip;
};

/** A page of a browser that ends with the test file. */
export const openPage = async (): Promise<Page> => {
  const browser = await chromium.launch({ executablePath, args: flags });
  closeAtEnd(() => browser.close());
  return browser.newPage({ viewport: { width: 1400, height: 900 } });
};
