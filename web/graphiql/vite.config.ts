import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './build/precompress.ts';

export default defineConfig({
  base: '/graphiql/',
  plugins: [react(), precompress()],
  build: {
    target: 'es2022',
    emptyOutDir: true,
    // An inlined worker or font would need a wider content security policy.
    assetsInlineLimit: 0,
    // Monaco is one piece of 2.7 MiB, loaded after the first paint.
    chunkSizeWarningLimit: 4000,
  },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': process.env.TRADEWIND_URL ?? 'http://127.0.0.1:8000' } },
});
