import { MillraceError } from '../errors.js';
import type { Context } from './context.js';

/** For fields of operators; call it before anything is read. @throws MillraceError FORBIDDEN */
export const requireAdmin = ({ principal }: Context): void => {
  if (!principal.admin)
    throw new MillraceError('FORBIDDEN', 'Only admins may do this: sign in as one, or ask one.');
};
