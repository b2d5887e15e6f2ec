import process from 'node:process';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/paraglide',
      strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
      cookieName: 'mitoyen_locale',
      isServer: 'import.meta.env.SSR',
      emitTsDeclarations: true,
    }),
    sveltekit({
      adapter: adapter(),
      compilerOptions: { runes: true },
      // The styles of a page come with its HTML where they are small: one round trip less at 150 ms of latency.
      inlineStyleThreshold: 4096,
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          // Positions of the day's drawing are style attributes.
          'style-src': ['self', 'unsafe-inline'],
          'img-src': ['self', 'data:'],
          'connect-src': ['self'],
          'font-src': ['self'],
          'form-action': ['self'],
          'base-uri': ['none'],
          'object-src': ['none'],
          'frame-ancestors': ['none'],
        },
      },
    }),
  ],
  build: { assetsInlineLimit: 0 },
  // `pnpm dev` beside a running server: its API answers under the address of the pages, as in production.
  server: { proxy: process.env.MITOYEN_API_URL ? { '/api': process.env.MITOYEN_API_URL } : undefined },
});
