import http from 'node:http';

/**
 * Posts GraphQL over kept-alive connections.
 * @param {string} url of Millrace
 * @param {number} sockets at most
 * @returns {(body: string) => Promise<any>} the `data` of the answer; rejects with its first error
 */
export const createPoster = (url, sockets) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  const target = new URL('/graphql', url);
  return (body) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        target,
        {
          method: 'POST',
          agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => {
            const { data, errors } = JSON.parse(Buffer.concat(chunks).toString());
            if (errors) reject(new Error(JSON.stringify(errors[0])));
            else resolve(data);
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
};

const regions = ['서울', '부산', '대구', '인천', '광주'];

/** The n-th order of a run. */
export const order = (n, id) => ({
  id,
  customerId: `customer-${n % 1000}`,
  region: regions[n % regions.length],
  totalAmount: String(1000 + (n % 90_000)),
  currency: 'KRW',
});

export const createOrder = (n, id) =>
  JSON.stringify({
    query: 'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { position } }',
    variables: { input: order(n, id) },
  });
