import type { IncomingMessage } from 'node:http';
import type { Principal } from '../resolvers/context.js';

/**
 * Who sends a request or opens a socket: the one place where that is decided, for every transport.
 * In development everyone is an anonymous admin.
 */
export type Authenticate = (request: IncomingMessage) => Principal;

const anonymous: Principal = { id: 'anonymous', admin: true, scope: 'admin' };

export const authenticateNobody: Authenticate = () => anonymous;
