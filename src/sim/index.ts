export type * from './command.ts';
export * from './scenario.ts';
