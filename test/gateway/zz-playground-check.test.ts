import { it } from '@jest/globals';
import { chromium } from 'playwright-core';
import { writeFileSync } from 'node:fs';
import { serve } from './support.js';
it('x', async () => {
  const order = { id: '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10', region: '서울', totalAmount: '25000', currency: 'KRW', status: 'PAID', placedAt: '2026-01-01T00:00:00.000Z', customerId: 'a', version: 1, updatedAt: '2026-01-01T00:00:00.000Z' };
  const agg = { count: 1, totalAmount: '25000', averageAmount: '25000', minAmount: '25000', maxAmount: '25000' };
  const stats = (version: number) => ({ currency: 'KRW', version, updatedAt: null, total: agg, regions: [{ region: '서울', aggregate: agg }], asOf: 'x' });
  const running = await serve({
    Query: { orderStats: () => stats(1), orders: () => ({ nodes: [order], edges: [], totalCount: 1 }) },
    Mutation: { createOrder: () => ({ order, position: 'p1', replayed: false }) },
    Subscription: { orderStats: { subscribe: async function* () { for (let n = 1; n <= 4; n++) { yield stats(n); await new Promise((r) => setTimeout(r, 300)); } await new Promise((r) => setTimeout(r, 4000)); }, resolve: (s: unknown) => s } },
  });
  const log: string[] = [];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
  page.on('request', (r) => log.push(r.method() + ' ' + r.url()));
  page.on('websocket', (w) => { log.push('WS ' + w.url()); w.on('framesent', (f) => log.push('> ' + String(f.payload).slice(0, 100))); w.on('framereceived', (f) => log.push('< ' + String(f.payload).slice(0, 100))); });
  page.on('console', (m) => log.push('console ' + m.type() + ' ' + m.text()));
  page.on('pageerror', (e) => log.push('pageerror ' + e.message));
  await page.goto(running.url + '/playground', { waitUntil: 'load' });
  await page.waitForTimeout(4000);
  await page.screenshot({ path: '/tmp/pg/1.png' });
  const send = () => page.getByText('Send Request').locator('visible=true').first().click({ timeout: 4000 }).catch((e) => log.push('click ' + e.message.slice(0, 200)));
  await send();
  await page.waitForTimeout(1200);
  await page.screenshot({ path: '/tmp/pg/2.png' });
  await page.getByText('Watch the statistics').first().click({ timeout: 4000 }).catch((e) => log.push('tab ' + e.message.slice(0, 200)));
  await page.waitForTimeout(500);
  await send();
  await page.waitForTimeout(1800);
  await page.screenshot({ path: '/tmp/pg/3.png' });
  } finally { await browser.close(); await running.stop(); writeFileSync('/tmp/pg/log.txt', log.join('\n')); }
}, 40000);
