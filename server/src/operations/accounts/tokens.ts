import { createHash } from 'node:crypto';
import type { RandomBytes } from '../../services.ts';

/** 32 random bytes in base64url: what a person carries (refresh token, link in a mail). The database keeps its hash only. */
export const newToken = (random: RandomBytes): string => Buffer.from(random(32)).toString('base64url');

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Addresses are compared trimmed and in lower case. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();
