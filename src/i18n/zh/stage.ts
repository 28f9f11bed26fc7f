import type { stage as english } from '../en/stage.ts';

export const stage: typeof english = {};
