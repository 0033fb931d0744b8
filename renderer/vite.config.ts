import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Fontsource names each typeface in two formats, and Chromium takes the first: the second would only be packed. */
const woff2Alone = {
  postcssPlugin: 'woff2-alone',
  Declaration: {
    src(declaration: { value: string }) {
      declaration.value = declaration.value.replace(/,\s*url\([^)]*\) format\('woff'\)/, '')
    },
  },
}

/** `--mode gallery` builds the gallery of all screens instead of the totem, into its own folder. */
export default defineConfig(({ mode }) => ({
  root: here('.'),
  // The page comes from app://totem/, so nothing may point at the root of a server.
  base: './',
  plugins: [react()],
  css: { postcss: { plugins: [woff2Alone] } },
  build: {
    outDir: here(mode === 'gallery' ? '../dist/gallery' : '../dist/renderer'),
    emptyOutDir: true,
    // The CSP takes fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The oldest Chromium that the program runs in is Electron 33's.
    target: 'chrome130',
    rolldownOptions: {
      input: here(mode === 'gallery' ? 'gallery.html' : 'index.html'),
      // What the first picture needs is one script and one sheet, also where the technician's part, which comes later, uses it
      // too: a part for both would be one more file to read, and its rules would stand before the theme's.
      output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } },
    },
  },
}))
