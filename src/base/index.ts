export * from './assert.ts';
export type { Brand } from './brand.ts';
export * from './bytes.ts';
export * from './chunks.ts';
export * from './hash.ts';
export * from './id64.ts';
export * from './order.ts';
export * from './prng.ts';
export * from './result.ts';
