import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * What the built page may load: its own files and nothing else. No inline script, no eval, no other origin.
 * Styles that React and framer-motion set through the DOM are not markup and pass.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the built page only: the dev server needs inline scripts for hot reload. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  // Relative addresses: the build is static files that work under any sub-path.
  base: './',
  plugins: [react(), contentSecurityPolicy()],
  // With the default format a worker's dynamic imports are silently inlined.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // A file inlined as a data: address would be refused by the policy.
    assetsInlineLimit: 0,
  },
});
