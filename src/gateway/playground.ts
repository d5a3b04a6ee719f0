import { createHash, randomUUID } from 'node:crypto';
import fastifyStatic from '@fastify/static';
import {
  SANDBOX_FRAME_CSP,
  getDistDirectory,
  isSandboxFrame,
  renderAltair,
  renderInitSnippet,
  type RenderOptions,
} from 'altair-static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { examples, newId } from './playground-examples.js';

/**
 * The playground, Altair from disk. Its page is made once, its options but for an id as well; its files are served as they
 * are. It may talk to its own origin only.
 */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  // Altair and its editor put their styles into the page.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "frame-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const baseUrl = '/playground/';
const optionsFile = 'initial_options.js';
const oneDayMs = 86_400_000;

// Altair wants whole addresses, which only the browser knows; its options are template literals, so these are filled in there.
const httpOrigin = '@http-origin@';
const socketOrigin = '@socket-origin@';
const filledIn = (script: string): string =>
  script
    .replaceAll(httpOrigin, '${location.origin}')
    .replaceAll(socketOrigin, "${location.origin.replace('http', 'ws')}");

const options: RenderOptions = {
  baseURL: baseUrl,
  endpointURL: `${httpOrigin}/graphql`,
  subscriptionsEndpoint: `${socketOrigin}/graphql`,
  initialSubscriptionRequestHandlerId: 'graphql-ws',
  serveInitialOptionsInSeperateRequest: optionsFile,
  instanceStorageNamespace: 'millrace_',
  disableAccount: true,
  initialWindows: examples.map(({ name, query, variables }) => ({
    initialName: name,
    endpointURL: `${httpOrigin}/graphql`,
    subscriptionsEndpoint: `${socketOrigin}/graphql`,
    initialSubscriptionRequestHandlerId: 'graphql-ws',
    initialQuery: query,
    initialVariables: JSON.stringify(variables, null, 2),
  })),
};

/** Altair offers a paid assistant, from elsewhere, until it has noted that it did. */
const noOffer = `localStorage.setItem('altair:db:ai-plugin-showcased', '{"value":true}');\n`;

/** Altair shows the tab that it made last; who comes for the first time is to see the first. */
const showFirstTab = `
if (!localStorage.getItem('millrace:opened')) {
  const tabs = document.getElementsByClassName('window-switcher__item');
  const lastTab = new MutationObserver(() => {
    if (!tabs[${examples.length - 1}]?.classList.contains('window-switcher__item--active')) return;
    lastTab.disconnect();
    localStorage.setItem('millrace:opened', 'true');
    tabs[0].click();
  });
  lastTab.observe(document.body, { subtree: true, childList: true, attributeFilter: ['class'] });
}
`;

export const playground = async (app: FastifyInstance): Promise<void> => {
  const page = renderAltair(options);
  const script = noOffer + filledIn(renderInitSnippet(options)) + showFirstTab;

  app.addHook('onSend', async (request, reply) => {
    reply.header('content-security-policy', isSandboxFrame(request.url) ? SANDBOX_FRAME_CSP : policy);
  });
  app.get('/playground', (_request, reply) => reply.redirect(baseUrl));
  app.get(baseUrl, (request, reply) => sendMade(request, reply, 'text/html', page));
  app.get(`${baseUrl}${optionsFile}`, (request, reply) =>
    sendMade(request, reply, 'text/javascript', script.replaceAll(newId, randomUUID())),
  );
  // Names of most files carry a hash of what they hold; the others may be a day old.
  await app.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: baseUrl,
    index: false,
    maxAge: oneDayMs,
  });
};

/** What was made here: asked for again each time, sent when it differs. */
const sendMade = (request: FastifyRequest, reply: FastifyReply, type: string, text: string): FastifyReply => {
  const tag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  reply.headers({ etag: tag, 'cache-control': 'no-cache', 'content-type': `${type}; charset=utf-8` });
  return request.headers['if-none-match'] === tag ? reply.code(304).send() : reply.send(text);
};
