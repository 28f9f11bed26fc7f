import { build } from 'vite';
import { serve } from './serve.ts';

/** Builds the page once (unless `npm test` just did), serves it at a port of the system's choice and tells the tests by environment. */
// biome-ignore lint/style/noDefaultExport: Playwright takes the default export of this file and no other
export default async function globalSetup(): Promise<() => Promise<void>> {
  if (process.env.ETCDSCOPE_BUILT !== '1') await build({ logLevel: 'warn' });
  const server = await serve({ root: 'dist' });
  process.env.ETCDSCOPE_URL = server.url;
  return server.close;
}
