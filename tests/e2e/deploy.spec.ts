// The build as a site: it works from the root and below a path of a plain file server, under its own security policy, and asks no other
// host for anything.
import { expect, test } from '@playwright/test';
import { serve } from '../../scripts/serve.ts';

for (const base of ['/', '/courses/distributed systems/etcd/'.replaceAll(' ', '%20')]) {
  test(`the page starts at ${base}`, async ({ page }) => {
    const server = await serve({ root: 'dist', base });
    const troubles: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('requestfailed', (request) => troubles.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      if (response.status() >= 400) troubles.push(`${response.url()} ${response.status()}`);
    });
    page.context().on('request', (request) => asked.push(request.url()));
    await page.goto(server.url);
    await expect(page.locator('#root')).not.toBeEmpty();
    await expect(page.getByRole('main').or(page.getByRole('heading')).first()).toBeVisible();
    await expect.poll(() => page.workers().length).toBeGreaterThan(0);
    await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveAttribute('content', /default-src 'self'/);
    expect(troubles).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(server.url))).toEqual([]);
    await server.close();
  });
}
