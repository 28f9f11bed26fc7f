import type { explain as english } from '../en/explain.ts';

export const explain: typeof english = {};
