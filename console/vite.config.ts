import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const SERVER = process.env.NUDGESCRIBE_PUBLIC_URL ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [react()],
  // Nothing is inlined: the page's policy allows scripts, styles and fonts from files only.
  build: { assetsInlineLimit: 0, target: 'es2023', emptyOutDir: true, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/v1': SERVER, '/docs': SERVER, '/openapi.json': SERVER } },
});
