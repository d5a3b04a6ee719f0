import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Channel } from '../../src/channels/channel.js';
import { createSmtpChannel, type SmtpLimits } from '../../src/channels/smtp.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createLines, outgoing, withContent } from './support.js';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const startMailServer = async (options: SMTPServerOptions = {}) => {
  const mails: Mail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    disableReverseLookup: true,
    logger: false,
    onConnect: (_, done) => {
      connections += 1;
      done();
    },
    onData: (stream, { envelope }, done) =>
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          ...parse(raw),
        });
        done();
      }),
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closeAtEnd(() => new Promise<void>((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return { mails, url: `smtp://127.0.0.1:${port}`, connections: () => connections };
};

/** A mail of one part, its headers by lower-case name, its body decoded. */
const parse = (raw: string): Pick<Mail, 'headers' | 'body'> => {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { headers, body: decode(raw.slice(end + 4), headers.get('content-transfer-encoding')) };
};

const decode = (body: string, encoding: string | undefined): string => {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
};

/** Speaks no SMTP but what `serve` writes. */
const startRaw = async (serve: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  closeAtEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const smtp = (url: string, limits?: Partial<SmtpLimits>) => {
  const { logger, lines } = createLines();
  const channel: Channel = createSmtpChannel({ url, from: 'Millrace <millrace@example.com>' }, logger, {
    phaseMs: 10_000,
    mailMs: 20_000,
    ...limits,
  });
  closeAtEnd(channel.stop);
  return { ...channel, lines };
};

const refusal = (code: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode: code });

describe('a mail', () => {
  test('brings the title and the text from the sender to the recipient', async () => {
    const { url, mails } = await startMailServer();
    await smtp(url).send(outgoing());
    expect(mails).toMatchObject([{ from: 'millrace@example.com', to: ['customer@example.com'] }]);
    const [{ headers, body } = { headers: new Map(), body: '' }] = mails;
    expect(headers.get('from')).toBe('Millrace <millrace@example.com>');
    expect(headers.get('to')).toBe('customer@example.com');
    expect(headers.get('subject')).toBe('Your order is on its way');
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(body.trimEnd()).toBe(outgoing().content.body);
  });

  test('has the key as its Message-ID, the same at every try', async () => {
    const { url, mails } = await startMailServer();
    const channel = smtp(url);
    await channel.send(outgoing());
    await channel.send(outgoing());
    expect(mails.map(({ headers }) => headers.get('message-id'))).toEqual([
      `<${outgoing().idempotencyKey}@millrace>`,
      `<${outgoing().idempotencyKey}@millrace>`,
    ]);
  });

  test('goes over the connection of the one before', async () => {
    const { url, mails, connections } = await startMailServer();
    const channel = smtp(url);
    for (let i = 0; i < 5; i += 1) await channel.send(outgoing());
    expect(mails).toHaveLength(5);
    expect(connections()).toBeLessThan(5);
  });

  test('is one of many at once', async () => {
    const { url, mails } = await startMailServer();
    const channel = smtp(url);
    const emails = Array.from({ length: 40 }, (_, i) => `customer-${i}@example.com`);
    await Promise.all(emails.map((email) => channel.send(outgoing({ email }))));
    expect(mails.flatMap(({ to }) => to).toSorted()).toEqual(emails.toSorted());
  });

  test('logs in with the user and password of the URL', async () => {
    const tried: unknown[] = [];
    const { url, mails } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) => {
        tried.push([username, password]);
        done(null, { user: username });
      },
    });
    await smtp(url.replace('//', '//me%40example.com:p%3Aw@')).send(outgoing());
    expect(tried).toEqual([['me@example.com', 'p:w']]);
    expect(mails).toHaveLength(1);
  });
});

test('without an address there is no mail and no failure, but a line in the log', async () => {
  const { url, mails, connections } = await startMailServer();
  const { send, lines } = smtp(url);
  await send(outgoing({ email: null }));
  expect(lines).toEqual([
    { level: 30, ...outgoing().place, recipientId: 'customer-1', msg: expect.stringContaining('No mail') },
  ]);
  expect([mails.length, connections()]).toEqual([0, 0]);
});

describe('hostile text', () => {
  test('in a title stays in the subject', async () => {
    const { url, mails } = await startMailServer();
    const title = 'Hello\r\nBcc: victim@example.com\r\n\r\nNot the body\0\n.\n';
    await smtp(url).send(withContent({ title }));
    expect(mails).toMatchObject([{ to: ['customer@example.com'] }]);
    expect([...(mails[0]?.headers.keys() ?? [])]).not.toContain('bcc');
    expect(mails[0]?.headers.get('subject')).toBeDefined();
    expect(mails[0]?.body).not.toContain('Not the body');
  });

  test('in a body ends neither the mail nor the session', async () => {
    const { url, mails } = await startMailServer();
    const body = 'a\r\n.\r\nMAIL FROM:<evil@example.com>\r\n.\n.\r\n..\r\nend';
    const channel = smtp(url);
    await channel.send(withContent({ body }));
    await channel.send(outgoing());
    expect(mails).toHaveLength(2);
    expect(mails[0]?.body.replaceAll('\r\n', '\n').trimEnd()).toBe(body.replaceAll('\r\n', '\n'));
  });

  test.each([
    'a@example.com\r\nRCPT TO:<victim@example.com>',
    'a@example.com\nBcc: victim@example.com',
    'a@example.com, victim@example.com',
    'a@example.com;victim@example.com',
    '<a@example.com> <victim@example.com>',
    'Victim <victim@example.com>',
    'a@b@example.com',
    '"a b"@example.com',
    'a@[127.0.0.1]',
    'group:a@example.com;',
    'a\0@example.com',
    '@example.com',
    'a@',
    '@',
    '',
  ])('%j is no address, and nothing is sent', async (email) => {
    const { url, connections } = await startMailServer();
    await expect(smtp(url).send(outgoing({ email }))).rejects.toThrow('address');
    expect(connections()).toBe(0);
  });
});

describe('a server', () => {
  test('that refuses the recipient makes the try fail, and the next mail goes', async () => {
    const { url, mails } = await startMailServer({
      onRcptTo: ({ address }, _, done) =>
        done(address.startsWith('nobody') ? refusal(550, 'no such user') : undefined),
    });
    const channel = smtp(url);
    await expect(channel.send(outgoing({ email: 'nobody@example.com' }))).rejects.toThrow('550 no such user');
    await channel.send(outgoing());
    expect(mails).toMatchObject([{ to: ['customer@example.com'] }]);
  });

  test('that refuses the mail makes the try fail', async () => {
    const { url } = await startMailServer({
      onData: (stream, _, done) => {
        stream.resume().on('end', () => done(refusal(552, 'too much')));
      },
    });
    await expect(smtp(url).send(outgoing())).rejects.toThrow('552 too much');
  });

  test('that refuses the password makes the try fail, and the message does not repeat it', async () => {
    const { url } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(refusal(535, 'wrong')),
    });
    const failure = await smtp(url.replace('//', '//me:hunter22@')).send(outgoing()).catch(String);
    expect(failure).toContain('535');
    expect(failure).not.toContain('hunter22');
  });

  test('whose certificate nobody vouches for gets no mail', async () => {
    const { url, mails } = await startMailServer({ hideSTARTTLS: false });
    await expect(smtp(url).send(outgoing())).rejects.toThrow('certificate');
    expect(mails).toEqual([]);
  });

  test('without TLS gets no mail where the URL insists on it', async () => {
    const { url, mails } = await startMailServer({ disabledCommands: ['STARTTLS'] });
    await expect(smtp(`${url}?requireTLS=true`).send(outgoing())).rejects.toThrow('STARTTLS');
    expect(mails).toEqual([]);
  });

  test('that says nothing makes the try fail in time', async () => {
    const url = await startRaw(() => {});
    await expect(smtp(url, { phaseMs: 100 }).send(outgoing())).rejects.toThrow(/timeout|never received/i);
  });

  test('that falls silent makes the try fail in time', async () => {
    const url = await startRaw((socket) => socket.write('220 here\r\n'));
    await expect(smtp(url, { phaseMs: 100 }).send(outgoing())).rejects.toThrow(/timeout/i);
  });

  test('that answers without end makes the try fail in time', async () => {
    const url = await startRaw((socket) => {
      socket.write('220 here\r\n');
      const drip = setInterval(() => socket.write('250-more\r\n'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    await expect(smtp(url, { mailMs: 300 }).send(outgoing())).rejects.toThrow('not taken within 300 ms');
  });

  test('that hangs up at once makes the try fail', async () => {
    const url = await startRaw((socket) => socket.end());
    await expect(smtp(url).send(outgoing())).rejects.toThrow();
  });

  test('that is away makes the try fail and say so', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => void server.close(resolve));
    await expect(smtp(`smtp://127.0.0.1:${port}`).send(outgoing())).rejects.toThrow('ECONNREFUSED');
  });
});

test('stop ends what is still on its way', async () => {
  let connected = false;
  const url = await startRaw(() => (connected = true));
  const channel = smtp(url, { phaseMs: 300_000, mailMs: 300_000 });
  const sendings = Promise.allSettled(Array.from({ length: 20 }, () => channel.send(outgoing())));
  await eventually(() => connected);
  await channel.stop();
  expect((await sendings).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
});
