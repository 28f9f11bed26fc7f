import type { hints as english } from '../en/hints.ts';

export const hints: typeof english = {};
