import { createHash } from 'node:crypto';

const style = `
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  dt { margin-top: 1rem } dd { margin: 0 }
  code { font-size: .9em }
`;

/** The page at `/`: where things are. */
export const homePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Millrace</title>
<style>${style}</style>
<h1>Millrace</h1>
<p>A GraphQL gateway with live subscriptions over Kafka.</p>
<dl>
  <dt><a href="/playground">Playground</a></dt><dd>Write queries, mutations and subscriptions; examples are there to run.</dd>
  <dt><code>/graphql</code></dt><dd>The API: HTTP, and WebSocket with the subprotocol <code>graphql-transport-ws</code>.</dd>
  <dt><code>/graphql/stream</code></dt><dd>The same as server-sent events, for <code>EventSource</code>.</dd>
  <dt><a href="/health/ready">Readiness</a>, <a href="/health/live">liveness</a></dt><dd>What this process needs, and whether it is there.</dd>
  <dt><a href="/metrics">Metrics</a></dt><dd>For Prometheus.</dd>
</dl>
</html>
`;

export const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing from elsewhere, nothing inline but this page's own style. */
export const homePolicy = `default-src 'none'; style-src ${hashOf(style)}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
